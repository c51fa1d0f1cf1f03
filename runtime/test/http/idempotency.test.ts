import { setTimeout as sleep } from "node:timers/promises";
import { Hub } from "@sessionstream/runtime";
import { httpHandler } from "@sessionstream/runtime/http";
import { expect, test, vi } from "vitest";
import { LabTrace, LabWork } from "../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { type LabSwitches, labOf } from "../../../test/fixtures/lab.js";
import { memoryPlace, wrapStore } from "../../../test/fixtures/stores.js";
import { internal, serve } from "./lab-http.js";

test("a command that is sent again after a crash or a lost answer gets the ordinal of the first, and doubles nothing", async () => {
  const place = memoryPlace();
  const interrupted: LabSwitches["work"] = async ({ publish }) => {
    await publish(LabTrace, { text: "stored" });
    // The process ends here, as far as the caller can see.
    await sleep(60_000, undefined, { ref: false });
  };
  const silent = wrapStore(place.open(), { beat: async () => true });
  const before = new Hub({ features: [labOf({ work: interrupted })], store: silent });
  void before.submit("s", LabWork, {}, { key: "k" });
  while ((await before.events("s")).length === 0) await sleep(1);

  const work: LabSwitches["work"] = async ({ publish }) => void (await publish(LabTrace, {}));
  const hub = new Hub({ features: [labOf({ work })], store: place.open(), lease: 100 });
  const post = async (key: string) => {
    const headers = { "content-type": "application/json", "idempotency-key": key };
    const url = "http://server.test/api/sessions/s/commands/LabWork";
    const response = await httpHandler(hub)(new Request(url, { method: "POST", headers, body: "{}" }));
    return response?.json();
  };
  expect(await hub.submit("s", LabWork, {}, { key: "k" })).toEqual({ ordinal: 1n });
  expect(await post("k")).toEqual({ ordinal: "1" });
  expect(await post("another")).toEqual({ ordinal: "2" });
  expect(await hub.events("s")).toHaveLength(2);
});

test("a client that goes away leaves a handler that it gave a key to its end, and finds what it did", async () => {
  const gone = new AbortController();
  let finish: () => void = () => {};
  let runs = 0;
  const { call, hub, internals } = serve(async ({ signal, publish }) => {
    runs++;
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    signal.throwIfAborted();
    await publish(LabTrace, {});
  });
  const submit = (signal?: AbortSignal) =>
    call("POST", "/api/sessions/s/commands/LabWork", {
      body: "{}",
      headers: { "content-type": "application/json", "idempotency-key": "k" },
      ...(signal && { signal }),
    });
  const first = submit(gone.signal);
  await vi.waitFor(() => expect(runs).toBe(1));
  gone.abort();
  const second = submit();
  finish();
  expect(await second).toMatchObject({ status: 200, body: { ordinal: "1" } });
  await first;
  expect(await submit()).toMatchObject({ status: 200, body: { ordinal: "1" } });
  expect([runs, internals]).toEqual([1, []]);
  expect(await hub.events("s")).toHaveLength(1);
  await hub.close();
});

test("a key that is not usable, or was used for something else, is the client's mistake", async () => {
  const { call, hub } = serve(async ({ publish, payload: { task } }) => {
    await publish(LabTrace, { text: task });
    // What a handler's own calls are refused for is not.
    if (task === "inner") await hub.submit("s", LabWork, { task: "other" }, { key: "k" });
  });
  const submit = (key: string, body: string) =>
    call("POST", "/api/sessions/s/commands/LabWork", {
      body,
      headers: { "content-type": "application/json", "idempotency-key": key },
    });
  expect(await submit("a b", "{}")).toMatchObject({ status: 400, body: { code: "INVALID_KEY" } });
  expect(await submit("x".repeat(256), "{}")).toMatchObject({ status: 400, body: { code: "INVALID_KEY" } });
  expect(await submit("k", "{}")).toMatchObject({ status: 200 });
  expect(await submit("k", '{"task":"t"}')).toMatchObject({ status: 422, body: { code: "KEY_REUSED" } });
  expect(await submit("l", '{"task":"inner"}')).toMatchObject(internal);
  await hub.close();
});
