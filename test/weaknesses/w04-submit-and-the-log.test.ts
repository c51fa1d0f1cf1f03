import { Hub } from "@sessionstream/runtime";
import { expect, test } from "vitest";
import { LabTrace, LabWork } from "../fixtures/gen/lab/v1/lab_sessionstream.js";
import { type LabSwitches, labOf } from "../fixtures/lab.js";

// Weakness 4, but for the idempotency key, which comes with law 8.

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
