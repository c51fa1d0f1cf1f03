import { Hub } from "@sessionstream/runtime";
import { httpHandler } from "@sessionstream/runtime/http";
import { beforeEach, expect, test, vi } from "vitest";
import { LabTrace, LabWork } from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../../test/fixtures/lab.js";

// A payload is checked and encoded once on its way to the store.

const checked = vi.hoisted(() => [] as string[]);
const encoded = vi.hoisted(() => [] as string[]);

vi.mock("../../../dist/schema/check/message.js", async (original) => {
  const real = await original<typeof import("../../../src/schema/check/message.js")>();
  return {
    ...real,
    findInvalidField: (...args: Parameters<typeof real.findInvalidField>) => {
      // What projections make of an event has payloads of its own.
      if (args[0].typeName !== "lab.v1.ToldUiEvent") checked.push(args[0].typeName);
      return real.findInvalidField(...args);
    },
  };
});

vi.mock("../../../dist/schema/encode.js", async (original) => {
  const real = await original<typeof import("../../../src/schema/encode.js")>();
  return {
    ...real,
    encode: (...args: Parameters<typeof real.encode>) => {
      encoded.push(args[0].typeName);
      return real.encode(...args);
    },
  };
});

const hub = new Hub({
  features: [labOf({ work: async ({ publish, payload }) => void (await publish(LabTrace, { text: payload.task })) })],
});
const trace = LabTrace.schema.typeName;
const work = LabWork.schema.typeName;

beforeEach(() => {
  checked.length = 0;
  encoded.length = 0;
});

test("of an event, with and without a key", async () => {
  await hub.publish("s", LabTrace, { text: "a" });
  expect([checked, encoded]).toEqual([[trace], [trace]]);
  await hub.publish("s", LabTrace, { text: "b" }, { key: "k" });
  expect([checked, encoded]).toEqual([
    [trace, trace],
    [trace, trace],
  ]);
});

test("of a command, which is encoded only to tell it from others under its key", async () => {
  await hub.submit("s", LabWork, { task: "a" });
  expect([checked, encoded]).toEqual([[work, trace], [trace]]);
  await hub.submit("s", LabWork, { task: "b" }, { key: "of-b" });
  expect([checked.slice(2), encoded.slice(1)]).toEqual([
    [work, trace],
    [work, trace],
  ]);
});

test("of a command that comes by HTTP", async () => {
  const post = new Request("http://server.test/api/sessions/s/commands/LabWork", {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": "by-http" },
    body: '{"task":"c"}',
  });
  expect((await httpHandler(hub)(post))?.status).toBe(200);
  expect([checked, encoded]).toEqual([
    [work, trace],
    [work, trace],
  ]);
});
