import { memoryStore } from "@sessionstream/runtime";
import { expect, test } from "vitest";
import {
  LabNote,
  LabNoteSet,
  LabRest,
  LabTrace,
  LabWork,
} from "../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import type { LabSwitches } from "../../../test/fixtures/lab.js";
import { watched } from "./watched.js";

const work: LabSwitches["work"] = async ({ publish, payload }) => {
  await publish(LabNoteSet, { number: 1, text: "" });
  publish(LabNoteSet, { number: 1, text: payload.task });
};

test("a command runs its handler; what that publishes is projected, stored and fanned out", async () => {
  const store = memoryStore();
  const switches: LabSwitches = {
    work: async ({ publish, payload }) => void (await publish(LabNoteSet, { number: 1, text: payload.task })),
  };
  const { hub, fanned } = watched({ switches, store });
  expect(await hub.submit("s", LabWork, { task: "sweep" })).toEqual({ ordinal: 1n });
  const told = { name: "LabTold", payload: { event: "LabNoteSet" } };
  expect(fanned).toMatchObject([{ sessionId: "s", ordinal: 1n, events: [told] }]);
  expect((await hub.snapshot("s")).get(LabNote, 1)?.text).toBe("sweep");
  expect((await store.events("s")).map(({ name }) => name)).toEqual(["LabNoteSet"]);
});

test("submit returns the ordinal of the last event, and the snapshot then has it", async () => {
  const { hub } = watched({ switches: { work } });
  const { ordinal } = await hub.submit("s", LabWork, { task: "sweep" });
  const snapshot = await hub.snapshot("s");
  expect([ordinal, snapshot.ordinal, snapshot.get(LabNote, 1)?.text]).toEqual([2n, 2n, "sweep"]);
  expect(await hub.submit("s", LabRest, {})).toEqual({ ordinal: 2n });
});

test("an event that is decided already is published without a command", async () => {
  const { hub, fanned } = watched();
  expect(await hub.publish("s", LabNoteSet, { number: 1, text: "decided" })).toEqual({ ordinal: 1n });
  expect(fanned.flatMap(({ events }) => events)).toHaveLength(1);
  expect((await hub.snapshot("s")).get(LabNote, 1)?.text).toBe("decided");
});

test("a payload of another message is refused, in words that name both", async () => {
  const { hub } = watched();
  const wrong = { $typeName: "lab.v1.WorkCommand", task: "" } as unknown as { text: string };
  await expect(hub.publish("s", LabTrace, wrong)).rejects.toThrow(
    /^event "LabTrace" payload type mismatch: got lab.v1.WorkCommand want lab.v1.TraceEvent$/,
  );
});
