import { expect, test } from "vitest";
import { serve } from "./lab-http.js";

const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

async function traced(headers: Record<string, string>) {
  const seen: unknown[] = [];
  const { call } = serve(({ trace }) => void seen.push(trace));
  const init = { body: "{}", headers: { "content-type": "application/json", ...headers } };
  expect((await call("POST", "/api/sessions/s/commands/LabWork", init))?.status).toBe(200);
  return seen[0];
}

test.each([
  parent,
  "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
  "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future-holds",
])("the handler gets the traceparent %s", async (traceparent) => {
  expect(await traced({ traceparent })).toEqual({ traceparent });
});

test.each([
  ["no version", parent.slice(3)],
  ["a version that is forbidden", `ff${parent.slice(2)}`],
  ["more than version 00 has", `${parent}-more`],
  ["upper case", parent.toUpperCase()],
  ["no trace", `00-${"0".repeat(32)}-00f067aa0ba902b7-01`],
  ["no parent", `00-4bf92f3577b34da6a3ce929d0e0e4736-${"0".repeat(16)}-01`],
  ["an id that is too short", "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01"],
  ["two of them", `${parent}, ${parent}`],
  ["something very long", `cc${parent.slice(2)}-${"x".repeat(300)}`],
])("a traceparent with %s is ignored, and tracestate with it", async (_, traceparent) => {
  expect(await traced({ traceparent, tracestate: "a=1" })).toBe(undefined);
});

test.each([
  "rojo=00f067aa0ba902b7",
  "rojo=1,congo=t61rcWkgMzE",
  "fw529a3039@dt=a b, ,0x*/_-=!",
  `a=${"x".repeat(256)}`,
])("the handler gets the tracestate %s", async (tracestate) => {
  expect(await traced({ traceparent: parent, tracestate })).toEqual({ traceparent: parent, tracestate });
});

test.each([
  ["no value", "rojo"],
  ["an empty value", "rojo="],
  ["an equals sign in a value", "rojo=a=b"],
  ["upper case in a key", "Rojo=1"],
  ["a key twice", "a=1,b=2,a=3"],
  ["a value that is too long", `a=${"x".repeat(257)}`],
  ["more than 32 members", Array.from({ length: 33 }, (_, index) => `k${index}=1`).join(",")],
  ["more than 512 characters", Array.from({ length: 3 }, (_, index) => `k${index}=${"x".repeat(200)}`).join(",")],
  ["nothing", " , "],
])("a tracestate with %s is ignored, and traceparent is not", async (_, tracestate) => {
  expect(await traced({ traceparent: parent, tracestate })).toEqual({ traceparent: parent });
});

test("without the headers there is no trace, and a tracestate alone is none", async () => {
  expect(await traced({})).toBe(undefined);
  expect(await traced({ tracestate: "a=1" })).toBe(undefined);
});
