import { memoryStore } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import {
  LabCounter,
  LabCounterAdded,
  LabNote,
  LabNoteSet,
  LabTrace,
} from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import type { LabSwitches } from "../../../../test/fixtures/lab.js";
import { wrapStore } from "../../../../test/fixtures/stores.js";
import { watched } from "../watched.js";

describe("projection errors", () => {
  const failing = (which: "beforeUi" | "beforeTimeline"): LabSwitches => ({
    [which]: ({ name }: { name: string }) => {
      if (name === "LabCounterAdded") throw new Error("cannot");
    },
  });

  test("of the UI under `advance`: the event goes on without UI events, on record", async () => {
    const { hub, reports, fanned } = watched({ switches: failing("beforeUi") });
    expect(await hub.publish("s", LabCounterAdded, { name: "c", amount: 2n })).toEqual({ ordinal: 1n });
    expect(fanned).toEqual([]);
    expect((await hub.snapshot("s")).get(LabCounter, "c")?.total).toBe(2n);
    expect(await hub.errors("s")).toMatchObject([
      { step: "ui-projection", ordinal: 1n, name: "LabCounterAdded", message: expect.stringContaining("cannot") },
    ]);
    expect(reports).toMatchObject([{ step: "ui-projection", sessionId: "s", ordinal: 1n, name: "LabCounterAdded" }]);
  });

  test("of the UI under `fail`: the event is refused and leaves no trace", async () => {
    const { hub, reports } = watched({ switches: failing("beforeUi"), onProjectionError: { ui: "fail" } });
    await hub.publish("s", LabTrace, {});
    await expect(hub.publish("s", LabCounterAdded, { name: "c" })).rejects.toMatchObject({
      code: "PROJECTION_FAILED",
      context: { sessionId: "s", name: "LabCounterAdded", ordinal: 2n },
    });
    expect(await hub.publish("s", LabTrace, {})).toEqual({ ordinal: 2n });
    expect((await hub.events("s")).map(({ name }) => name)).toEqual(["LabTrace", "LabTrace"]);
    expect(await hub.errors("s")).toEqual([]);
    expect(reports).toMatchObject([{ step: "ui-projection" }]);
  });

  test("of the timeline under `fail`: the timeline stops there, the log and the UI go on", async () => {
    const { hub, fanned, reports } = watched({ switches: failing("beforeTimeline") });
    await hub.publish("s", LabNoteSet, { number: 1, text: "before" });
    await hub.publish("s", LabCounterAdded, { name: "c" });
    await hub.publish("s", LabNoteSet, { number: 1, text: "after" });
    expect(await hub.session("s")).toMatchObject({ ordinal: 3n, cursor: 1n });
    const snapshot = await hub.snapshot("s");
    expect([snapshot.ordinal, snapshot.get(LabNote, 1)?.text]).toEqual([1n, "before"]);
    expect(fanned.map(({ ordinal }) => ordinal)).toEqual([1n, 2n, 3n]);
    expect(reports).toMatchObject([{ step: "timeline-projection", ordinal: 2n }]);
  });

  test("of the timeline under `advance`: the timeline goes on without the event, on record", async () => {
    const { hub } = watched({ switches: failing("beforeTimeline"), onProjectionError: { timeline: "advance" } });
    await hub.publish("s", LabCounterAdded, { name: "c" });
    await hub.publish("s", LabNoteSet, { number: 1, text: "after" });
    const snapshot = await hub.snapshot("s");
    expect([snapshot.ordinal, snapshot.get(LabNote, 1)?.text]).toEqual([2n, "after"]);
    expect(await hub.errors("s")).toMatchObject([{ step: "timeline-projection", ordinal: 1n }]);
  });
});

describe("store errors", () => {
  test("refuse the events of the batch, are reported, and the session goes on", async () => {
    let fails = true;
    const inner = memoryStore();
    const store = wrapStore(inner, {
      commit: async (batches) => {
        if (fails) throw new Error("full");
        return inner.commit(batches);
      },
    });
    const { hub, reports, fanned } = watched({ store });
    await hub.session("s");
    const outcomes = await Promise.allSettled([hub.publish("s", LabTrace, {}), hub.publish("s", LabTrace, {})]);
    expect(outcomes).toMatchObject(Array(2).fill({ status: "rejected", reason: { code: "STORE_FAILED" } }));
    expect(reports.map(({ step, ordinal }) => [step, ordinal])).toEqual([
      ["commit", 1n],
      ["commit", 2n],
    ]);
    fails = false;
    expect(await hub.publish("s", LabTrace, {})).toEqual({ ordinal: 1n });
    expect(fanned.map(({ ordinal }) => ordinal)).toEqual([1n]);
  });

  test("a session that cannot be loaded refuses its events and is loaded again", async () => {
    let fails = true;
    const inner = memoryStore();
    const store = wrapStore(inner, {
      load: async (id) => {
        if (fails && id === "s") throw new Error("unreadable");
        return inner.load(id);
      },
    });
    const { hub } = watched({ store });
    await expect(hub.publish("s", LabTrace, {})).rejects.toThrow("unreadable");
    await expect(hub.session("s")).rejects.toThrow("unreadable");
    expect(await hub.publish("other", LabTrace, {})).toEqual({ ordinal: 1n });
    fails = false;
    expect(await hub.publish("s", LabTrace, {})).toEqual({ ordinal: 1n });
  });
});
