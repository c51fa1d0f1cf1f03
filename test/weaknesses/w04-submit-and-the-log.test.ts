import { setTimeout as sleep } from "node:timers/promises";
import { Hub } from "@sessionstream/runtime";
import { httpHandler } from "@sessionstream/runtime/http";
import { expect, test } from "vitest";
import { LabTrace, LabWork } from "../fixtures/gen/lab/v1/lab_sessionstream.js";
import { type LabSwitches, labOf } from "../fixtures/lab.js";
import { memoryPlace } from "../fixtures/stores.js";

const fail = () => {
  throw new Error("broken");
};
const work: LabSwitches["work"] = async ({ publish }) => void (await publish(LabTrace, {}));

test("submit does not fail for a stored event: a timeline projection that fails is recorded and retried", async () => {
  const hub = new Hub({ features: [labOf({ work, beforeTimeline: fail })], onError: () => {} });
  expect(await hub.submit("s", LabWork, {})).toEqual({ ordinal: 1n });
  expect(await hub.errors("s")).toMatchObject([{ step: "timeline-projection", ordinal: 1n }]);
});

test("where submit fails for a projection, the event is not stored, and the caller's retry does not duplicate it", async () => {
  let isBroken = true;
  const beforeUi = () => isBroken && fail();
  const hub = new Hub({ features: [labOf({ work, beforeUi })], onProjectionError: { ui: "fail" }, onError: () => {} });
  await expect(hub.submit("s", LabWork, {})).rejects.toThrow("broken");
  isBroken = false;
  expect(await hub.submit("s", LabWork, {})).toEqual({ ordinal: 1n });
  expect(await hub.events("s")).toHaveLength(1);
});

test("a fan-out error does not fail submit", async () => {
  const hub = new Hub({ features: [labOf({ work })], onError: () => {} });
  hub.subscribe(fail);
  expect(await hub.submit("s", LabWork, {})).toEqual({ ordinal: 1n });
});

test("with an idempotency key, the caller's retry after a crash or a lost answer does not duplicate a stored event", async () => {
  const place = memoryPlace();
  const interrupted: LabSwitches["work"] = async ({ publish }) => {
    await publish(LabTrace, { text: "stored" });
    // The process ends here, as far as the caller can see.
    await sleep(60_000, undefined, { ref: false });
  };
  const before = new Hub({ features: [labOf({ work: interrupted })], store: place.open() });
  void before.submit("s", LabWork, {}, { key: "k" });
  while ((await before.events("s")).length === 0) await sleep(1);

  const hub = new Hub({ features: [labOf({ work })], store: place.open() });
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
