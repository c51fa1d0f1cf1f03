import { describe, expect, test } from "vitest";
import { LabNote, LabNoteDeleted, LabNoteSet } from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import type { LabSwitches } from "../../../../test/fixtures/lab.js";
import { type Context, hubOf } from "./lab-hub.js";

describe("several events that are published together", () => {
  const three = [
    LabNoteSet.of({ number: 1, text: "changed" }),
    LabNoteSet.of({ number: 2, text: "new" }),
    LabNoteDeleted.of({ number: 3 }),
  ];

  async function withNotes(more: LabSwitches = {}) {
    const inMemory: string[][] = [];
    const work = async ({ publish, session }: Context) => {
      await publish(three).finally(() => inMemory.push(session.timeline.list(LabNote).map(({ text }) => text)));
    };
    const made = hubOf(work, undefined, more);
    for (const number of [1, 3]) await made.hub.publish("s", LabNoteSet, { number, text: `note ${number}` });
    const frames: bigint[] = [];
    made.hub.subscribe(({ ordinal }) => frames.push(ordinal));
    return { ...made, frames, inMemory };
  }

  test("follow each other, and the last one's ordinal is told", async () => {
    const { hub, frames, work } = await withNotes();
    expect(await work()).toEqual({ ordinal: 5n });
    expect((await hub.snapshot("s")).list(LabNote).map(({ number, text }) => [number, text])).toEqual([
      [1, "changed"],
      [2, "new"],
    ]);
    expect(frames).toEqual([3n, 4n, 5n]);
    expect(await hub.publish("s", three, { key: "k" })).toEqual({ ordinal: 8n });
    expect(await hub.publish("s", three, { key: "k" })).toEqual({ ordinal: 8n });
    await expect(hub.publish("s", three.slice(1), { key: "k" })).rejects.toMatchObject({ code: "KEY_REUSED" });
    expect(await hub.publish("s", [])).toEqual({ ordinal: 8n });
    await hub.close();
  });

  test.each([1n, 2n, 3n])("are refused together where the UI projection of number %d fails", async (refused) => {
    let isRefusing = true;
    let seen = 0n;
    const { hub, frames, work, reports, inMemory } = await withNotes({
      beforeUi: ({ ordinal }) => {
        if (!isRefusing) return;
        seen = ordinal;
        if (ordinal === 2n + refused) throw new Error("no such note");
      },
    });
    const before = await hub.snapshot("s");
    await expect(work()).rejects.toMatchObject({ code: "PROJECTION_FAILED" });
    expect(seen).toBe(2n + refused);
    isRefusing = false;
    expect((await hub.snapshot("s")).entities).toEqual(before.entities);
    expect([await hub.events("s"), frames]).toMatchObject([{ length: 2 }, []]);
    expect(await hub.session("s")).toMatchObject({ ordinal: 2n, cursor: 2n });
    expect(reports).toMatchObject([{ step: "ui-projection" }]);
    // What was folded of them is undone in memory, too, and what follows is folded right.
    expect(inMemory).toEqual([["note 1", "note 3"]]);
    expect(await hub.publish("s", LabNoteSet, { number: 4, text: "later" })).toEqual({ ordinal: 3n });
    const after = await hub.snapshot("s");
    expect(after.list(LabNote).map(({ text }) => text)).toEqual(["note 1", "note 3", "later"]);
    await hub.rebuild("s");
    expect((await hub.snapshot("s")).entities).toEqual(after.entities);
    await hub.close();
  });

  test("are refused together where one of them is no event", async () => {
    const { hub, work } = hubOf(async ({ publish }) => void (await publish([three[0], { number: 5 }] as never)));
    await expect(work()).rejects.toMatchObject({ code: "PAYLOAD_TYPE_MISMATCH" });
    expect(() => LabNoteSet.of({ number: "five" as never })).toThrow("expected");
    expect((await hub.session("s")).ordinal).toBe(0n);
    await hub.close();
  });
});
