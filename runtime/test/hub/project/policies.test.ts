import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { describe, expect, test } from "vitest";
import {
  LabCounter,
  LabCounterAdded,
  LabNote,
  LabNoteSet,
  LabTrace,
} from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import type { LabSwitches } from "../../../../test/fixtures/lab.js";
import { newFile } from "../../../../test/fixtures/stores.js";
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
    expect(await hub.session("s")).toMatchObject({ ordinal: 1n, cursor: 1n });
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
    expect(await hub.session("s")).toMatchObject({ ordinal: 2n, cursor: 2n });
    const snapshot = await hub.snapshot("s");
    expect([snapshot.ordinal, snapshot.get(LabNote, 1)?.text]).toEqual([2n, "after"]);
    expect(await hub.errors("s")).toMatchObject([{ step: "timeline-projection", ordinal: 1n }]);
  });

  test("are on record with step, ordinal, event and text, also after a restart", async () => {
    const file = newFile();
    const fail = () => {
      throw new Error("broken");
    };
    const first = watched({ switches: { beforeTimeline: fail }, store: sqliteStore(file) }).hub;
    await first.publish("s", LabTrace, { text: "x" });
    await first.close();
    const { hub } = watched({ store: sqliteStore(file) });
    expect(await hub.errors("s")).toEqual([
      {
        step: "timeline-projection",
        ordinal: 1n,
        name: "LabTrace",
        message: 'timeline projection of event "LabTrace" at ordinal 1 failed: broken',
        time: expect.any(Number),
      },
    ]);
    await hub.close();
  });
});
