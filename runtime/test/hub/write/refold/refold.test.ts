import { type Hub, SessionstreamError } from "@sessionstream/runtime";
import { failingStore } from "@sessionstream/runtime/testing";
import { describe, expect, test, vi } from "vitest";
import { places, wrapStore } from "../../../../../test/fixtures/stores.js";
import { commit as commitTo, startOf } from "../../../../src/testing/store/batches.js";
import { history, program, shownBy, write } from "./notes.js";

// What becomes of a session that is folded again on load.

const raised = program({ timelineVersion: 2, note: ({ number, text }) => ({ number, text: text.toUpperCase() }) });
const old = program();

describe.each(places)("a session that is folded again on load, on %s", (_, makePlace) => {
  async function written(sessionId = "s") {
    const place = makePlace();
    const hub = old.hub(place);
    await write(hub, old, sessionId);
    const { snapshot, epoch } = await hub.hydrate(sessionId);
    await hub.close();
    return { place, from: { since: snapshot.ordinal, epoch }, store: place.open() };
  }

  const textsOf = async (hub: ReturnType<typeof raised.hub>) => {
    const notes = (await hub.snapshot("s")).entities.filter(({ kind }) => kind === "Note");
    return notes.map(({ payload }) => (payload as { text?: string }).text);
  };

  test("keeps its clients where that makes no difference, and is not folded again", async () => {
    const { place, from, store } = await written();
    const before = await store.load("s");
    const same = program({ timelineVersion: 2 });
    const hub = same.hub(place);
    expect(await hub.hydrate("s", from)).toMatchObject({ mode: "delta", changed: [], deleted: [] });
    await hub.close();
    const after = await store.load("s");
    expect(after).toEqual({
      ...before,
      revision: (before?.revision ?? 0) + 1,
      foldedUnder: { Notes: { version: 2, hash: before?.foldedUnder?.Notes?.hash } },
    });
    await store.close();
  });

  test("tells observers when it begins and how much was other, and readers wait for it", async () => {
    const { place, store } = await written();
    const records: unknown[] = [];
    const held = failingStore(place.open());
    const commit = held.holdNext("commit");
    const hub = raised.hub({ open: () => held }, { observer: (each) => each.step === "refold" && records.push(each) });
    let isRead = false;
    const read = textsOf(hub).finally(() => {
      isRead = true;
    });
    await commit.reached;
    const begun = { mode: "rebuild", step: "refold", sessionId: "s", name: "Notes", ordinal: 6n };
    expect([records, isRead]).toEqual([[begun], false]);
    commit.release();
    expect(await read).toEqual(["APPLES", "PLUM", "PEACH"]);
    expect(records).toEqual([begun, { ...begun, count: 3 }]);
    await hub.close();
    await store.close();
  });

  test("stops where the new projection fails, on record and told, and goes on once it is mended", async () => {
    const { place, store } = await written();
    const failing = program({
      timelineVersion: 2,
      before: ({ number }) => {
        if (number === 3) throw new Error("no plums");
      },
    });
    const reports: unknown[] = [];
    const hub = failing.hub(place, { onError: (report) => reports.push(report) });
    const stop = { ordinal: 3n, name: "Written", reason: "failed" };
    expect(await hub.session("s")).toMatchObject({ ordinal: 6n, cursor: 2n, stop });
    expect(await hub.hydrate("s")).toMatchObject({ snapshot: { ordinal: 2n }, stop });
    expect(await hub.errors("s")).toMatchObject([{ step: "timeline-projection", ordinal: 3n }]);
    expect(reports).toMatchObject([{ step: "timeline-projection", sessionId: "s", ordinal: 3n }]);
    expect(await store.session("s")).toMatchObject({ ordinal: 6n, cursor: 2n, failedAt: 3n });
    await hub.close();
    // The next one neither tries nor tells it again.
    const again = failing.hub(place, { onError: (report) => reports.push(report) });
    expect(await again.session("s")).toMatchObject({ stop });
    expect([reports.length, await again.errors("s")]).toMatchObject([1, [{}]]);
    await again.close();
    const mended = program({ timelineVersion: 2 }).hub(place);
    expect(await mended.retry("s")).toMatchObject({ cursor: 6n, stop: undefined });
    expect(await textsOf(mended)).toEqual(["apples", "plum", "peach"]);
    await mended.close();
    await store.close();
  });

  test("goes on where it had stopped, if the new projection does", async () => {
    const place = makePlace();
    const failing = program({
      before: ({ text }) => {
        if (text === "plum") throw new Error("no plums");
      },
    });
    const before = failing.hub(place);
    await write(before, failing);
    expect(await before.session("s")).toMatchObject({ cursor: 2n });
    await before.close();
    const hub = raised.hub(place);
    expect(await hub.session("s")).toMatchObject({ cursor: 6n, stop: undefined });
    expect(await textsOf(hub)).toEqual(["APPLES", "PLUM", "PEACH"]);
    // What it failed at is mended.
    expect(await hub.errors("s")).toEqual([]);
    await hub.close();
  });

  test("goes on without what was skipped, under the policy `advance`", async () => {
    const place = makePlace();
    const options = { onProjectionError: { timeline: "advance" } } as const;
    const failing = program({
      before: ({ text }) => {
        if (text === "plum") throw new Error("no plums");
      },
    });
    const before = failing.hub(place, options);
    await write(before, failing);
    await before.close();
    const hub = raised.hub(place, options);
    expect(await textsOf(hub)).toEqual(["APPLES", "PEACH"]);
    expect(await hub.errors("s")).toHaveLength(1);
    await hub.close();
    // What fails now for the first time is on record, too.
    const worse = program({
      timelineVersion: 3,
      before: ({ text }) => {
        if (text === "peach") throw new Error("no peaches");
      },
    });
    const third = worse.hub(place, options);
    expect(await textsOf(third)).toEqual(["apples"]);
    expect((await third.errors("s")).map(({ ordinal }) => ordinal)).toEqual([3n, 6n]);
    await third.close();
  });

  test("stops before an event that this program does not know, and leaves the stored timeline to those who do", async () => {
    const { place, from, store } = await written();
    const before = await store.load("s");
    const renaming = program({ event: "Rewritten", kinds: { Note: ["Note", "number"] } });
    const reports: unknown[] = [];
    const hub = renaming.hub(place, { onError: (report) => reports.push(report) });
    const stop = { ordinal: 1n, name: "Written", reason: "unknown" };
    expect(await hub.session("s")).toMatchObject({ ordinal: 6n, cursor: 0n, stop });
    expect(reports).toMatchObject([{ step: "decode", ordinal: 1n, error: { code: "UNKNOWN_NAME" } }]);
    expect(await hub.hydrate("s", from)).toMatchObject({ mode: "reset", snapshot: { entities: [] }, stop });
    await write(hub, renaming, "s", [{ number: 9, text: "quince" }]);
    expect(await hub.rebuildAll()).toEqual({ sessions: 1, rebuilt: 0, stopped: 0 });
    await hub.close();
    const after = await store.load("s");
    expect(after).toEqual({ ...before, revision: after?.revision, ordinal: 7n });
    await store.close();
  });

  test("is right also where others publish to it meanwhile", async () => {
    const { place, store } = await written();
    const other = old.hub(place);
    await other.session("s");
    let more = 3;
    const racing = wrapStore(place.open(), {
      commit: async (batches) => {
        if (batches.some(({ replaceTimeline }) => replaceTimeline) && more-- > 0) {
          await write(other, old, "s", [{ number: 10 + more, text: "meanwhile" }]);
        }
        return store.commit(batches);
      },
    });
    const hub = raised.hub({ open: () => racing });
    expect(await textsOf(hub)).toEqual(["APPLES", "PLUM", "PEACH", ...Array(3).fill("MEANWHILE")]);
    expect(await store.session("s")).toMatchObject({ ordinal: 9n, cursor: 9n, foldedUnder: { Notes: { version: 2 } } });
    // The old program, which is behind, publishes on, and writes no entities.
    await write(other, old, "s", [{ number: 20, text: "late" }]);
    expect((await textsOf(hub)).at(-1)).toBe("LATE");
    expect(await store.session("s")).toMatchObject({ ordinal: 10n, cursor: 9n });
    await hub.close();
    await other.close();
    await store.close();
  });

  test("shows as it is to be while the store cannot take it, and is stored at the next load", async () => {
    const { place, store } = await written();
    const before = await store.load("s");
    const broken = failingStore(place.open());
    broken.failNext("commit");
    const reports: unknown[] = [];
    const hub = raised.hub({ open: () => broken }, { onError: (report) => reports.push(report) });
    expect(await textsOf(hub)).toEqual(["APPLES", "PLUM", "PEACH"]);
    expect(reports).toMatchObject([{ step: "refold", sessionId: "s", error: { code: "STORE_FAILED" } }]);
    // What it publishes then is durable, beside entities that stay as they are.
    await write(hub, raised, "s", [{ number: 4, text: "fig" }]);
    expect((await textsOf(hub)).at(-1)).toBe("FIG");
    await hub.close();
    expect((await store.load("s"))?.entities).toEqual(before?.entities);
    const again = raised.hub(place);
    expect(await textsOf(again)).toEqual(["APPLES", "PLUM", "PEACH", "FIG"]);
    await again.close();
    expect(await store.session("s")).toMatchObject({ cursor: 7n, foldedUnder: { Notes: { version: 2 } } });
    await store.close();
  });

  test("folds no event twice where others publish to it, and then the store cannot take it", async () => {
    const { place, store } = await written();
    const other = old.hub(place);
    await other.session("s");
    let tries = 0;
    const racing = wrapStore(place.open(), {
      commit: async (batches) => {
        if (!batches.some(({ replaceTimeline }) => replaceTimeline)) return store.commit(batches);
        if (tries++ > 0) return batches.map(() => new Error("the disk is full"));
        await other.publish("s", [old.Written.of({ number: 10, text: "meanwhile" })]);
        return store.commit(batches);
      },
    });
    const hub = raised.hub({ open: () => racing });
    expect(await textsOf(hub)).toEqual(["APPLES", "PLUM", "PEACH", "MEANWHILE"]);
    await write(other, old, "s", [{ number: 11, text: "more" }]);
    expect(await textsOf(hub)).toEqual(["APPLES", "PLUM", "PEACH", "MEANWHILE", "MORE"]);
    const counted = (await hub.snapshot("s")).entities.find(({ kind, id }) => kind === "Tag" && id === "m");
    expect([tries, counted?.payload]).toMatchObject([2, { name: "m", notes: 2 }]);
    await hub.close();
    await other.close();
    await store.close();
  });

  test("is as it is to be where the store took it, and did not say so", async () => {
    for (const [changed, mode] of [
      [raised, "reset"],
      [program({ timelineVersion: 2 }), "delta"],
    ] as const) {
      const { place, from, store } = await written();
      const silent = failingStore(place.open());
      silent.failNext("commit", { afterEffect: true });
      const reports: unknown[] = [];
      const hub = changed.hub({ open: () => silent }, { onError: (report) => reports.push(report) });
      expect(await hub.hydrate("s", from)).toMatchObject({ mode });
      await write(hub, changed, "s", [{ number: 4, text: "fig" }]);
      await hub.close();
      expect(reports).toEqual([]);
      expect(await store.session("s")).toMatchObject({ cursor: 7n, foldedUnder: { Notes: { version: 2 } } });
      await store.close();
    }
  });

  test("that was deleted meanwhile is gone, and one that began under its id is as it is", async () => {
    const { place, store } = await written();
    const held = failingStore(place.open());
    const commit = held.holdNext("commit");
    const hub = raised.hub({ open: () => held });
    const read = textsOf(hub);
    await commit.reached;
    await store.delete("s");
    const other = old.hub(place);
    await write(other, old, "s", history.slice(0, 2));
    await other.close();
    commit.release();
    expect(await read).toEqual(["APPLE", "PEAR"]);
    await hub.close();
    await store.close();
  });

  test("that nobody folded yet is claimed by who loads it first, and shows where that cannot be stored", async () => {
    const { place, store } = await written();
    const source = old.hub(place);
    const chunks: Uint8Array[] = [];
    for await (const chunk of source.export()) chunks.push(chunk);
    const chunksOf = async function* () {
      yield* chunks;
    };
    await source.import(chunksOf(), { replace: true });
    await source.close();
    expect(await store.session("s")).toMatchObject({ revision: 1, cursor: 0n, foldedUnder: undefined });
    for (const error of [new Error("the disk is full"), new SessionstreamError("ORDINAL_CONFLICT", "it says")]) {
      const broken = failingStore(place.open());
      broken.failNext("commit", { error });
      const hub = raised.hub({ open: () => broken });
      expect(await textsOf(hub)).toEqual(["APPLES", "PLUM", "PEACH"]);
      await hub.close();
      expect(await store.session("s")).toMatchObject({ revision: 1, foldedUnder: undefined });
    }
    const first = old.hub(place);
    expect(await textsOf(first)).toEqual(["apples", "plum", "peach"]);
    const from = await first.hydrate("s");
    expect(await store.session("s")).toMatchObject({ revision: 2, cursor: 0n, foldedUnder: { Notes: { version: 1 } } });
    // Of what the first one folded in memory only, a client goes to the second one.
    const second = raised.hub(place);
    const resumed = await second.hydrate("s", { since: from.snapshot.ordinal, epoch: from.epoch });
    expect(resumed).toMatchObject({ mode: "reset", reason: "epoch" });
    expect(await textsOf(second)).toEqual(["APPLES", "PLUM", "PEACH"]);
    await first.close();
    await second.close();
    await store.close();
  });

  test("shows its past as it folds it now, also where only the past is other", async () => {
    const place = makePlace();
    const hub = old.hub(place);
    const many = Array.from({ length: 6000 }, (_, at) => ({ number: at === 40 ? 50 : at % 5, text: "fig" }));
    for (let at = 0; at < many.length; at += 500) {
      await hub.publish(
        "s",
        many.slice(at, at + 500).map((each) => old.Written.of(each)),
      );
    }
    await hub.publish("s", old.Written, { number: 50, text: "fig", gone: true });
    await hub.retry("s");
    const store = place.open();
    // A look into the past leaves a checkpoint, where the lane has made none yet.
    const gone = async (of: Hub) => (await of.snapshot("s", { asOf: 5999n })).entities.find(({ id }) => id === "50");
    expect((await gone(hub))?.payload).toMatchObject({ text: "fig" });
    await hub.close();
    await vi.waitFor(async () => expect((await store.load("s"))?.checkpoint).toBeDefined(), 5000);
    const before = await store.session("s");
    // Of the note that was deleted, nothing is left to compare.
    const changed = program({
      timelineVersion: 2,
      note: ({ number, text }) =>
        number === 50
          ? { number, text: text.toUpperCase() }
          : { number, text, mark: { sign: "!" }, colour: 1, author: `of ${number}` },
    });
    const again = changed.hub(place);
    expect((await gone(again))?.payload).toMatchObject({ text: "FIG" });
    expect((await store.session("s"))?.epoch).toBe(before?.epoch);
    await again.close();
    await store.close();
  });

  test("has the runs that are open by then", async () => {
    const { place, store } = await written();
    const { revision = 0, epoch = "" } = (await store.session("s")) ?? {};
    const held = failingStore(place.open());
    const commit = held.holdNext("commit");
    const hub = raised.hub({ open: () => held });
    const session = hub.session("s");
    await commit.reached;
    await commitTo(store, { revision, epoch, cursor: 6n, runs: [startOf("r")] });
    commit.release();
    expect((await session).runs.map(({ id }) => id)).toEqual(["r"]);
    await hub.close();
    await store.close();
  });

  test("tells those who follow it elsewhere to start over", async () => {
    const { place, store } = await written();
    const other = program().hub(place);
    const resets: boolean[] = [];
    other.follow("s", ({ isReset }) => resets.push(isReset));
    await other.session("s");
    const hub = raised.hub(place);
    const expected = await shownBy(hub);
    await vi.waitFor(() => expect(resets).toEqual([true]), 5000);
    await hub.close();
    await other.close();
    expect(expected).toMatchObject({ ordinal: 6n });
    await store.close();
  });
});
