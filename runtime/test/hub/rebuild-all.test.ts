import type { RebuildAllProgress } from "@sessionstream/runtime";
import { failingStore } from "@sessionstream/runtime/testing";
import { describe, expect, test } from "vitest";
import { type Place, places, wrapStore } from "../../../test/fixtures/stores.js";
import { program, write } from "./write/refold/notes.js";

const old = program();
const raised = program({ timelineVersion: 2, note: ({ number, text }) => ({ number, text: text.toUpperCase() }) });

describe.each(places)("rebuildAll on %s", (_, makePlace) => {
  /** Sessions a, b, c … of which every one has the events of the history. */
  async function written(ids: readonly string[]): Promise<Place> {
    const place = makePlace();
    const hub = old.hub(place);
    for (const id of ids) await write(hub, old, id);
    await hub.close();
    return place;
  }

  async function versionsOf(place: Place): Promise<(number | undefined)[]> {
    const store = place.open();
    const ids = await store.sessions();
    const versions = await Promise.all(ids.map(async (id) => (await store.session(id))?.foldedUnder?.Notes?.version));
    await store.close();
    return versions;
  }

  test("folds each session again that needs it, and tells how far it is", async () => {
    const place = await written(["a", "b", "c"]);
    const hub = raised.hub(place);
    await hub.snapshot("b");
    const told: RebuildAllProgress[] = [];
    expect(await hub.rebuildAll({ onProgress: (progress) => told.push(progress) })).toEqual({
      sessions: 3,
      rebuilt: 2,
      stopped: 0,
    });
    expect(told).toEqual([
      { sessionId: "a", done: 1, rebuilt: 1 },
      { sessionId: "b", done: 2, rebuilt: 1 },
      { sessionId: "c", done: 3, rebuilt: 2 },
    ]);
    expect(await versionsOf(place)).toEqual([2, 2, 2]);
    expect(await hub.rebuildAll()).toEqual({ sessions: 3, rebuilt: 0, stopped: 0 });
    await hub.close();
  });

  test("as a dry run writes nothing, and reports what would be other", async () => {
    const place = await written(["a", "b"]);
    const store = place.open();
    const before = await Promise.all(["a", "b"].map((id) => store.load(id)));
    const changed = program({
      timelineVersion: 2,
      kinds: { Note: ["Note", "number"], Letter: ["Tag", "name"] },
      tagKind: "Letter",
      note: ({ number, text }) => ({ number, text: text.replace("plum", "PLUM") }),
      before: ({ text }) => {
        if (text === "apples") throw new Error("no apples");
      },
    });
    const reports: unknown[] = [];
    const records: unknown[] = [];
    const hub = changed.hub(place, {
      onError: (report) => reports.push(report),
      observer: (record) => records.push(record),
    });
    const told: RebuildAllProgress[] = [];
    const onProgress = (progress: RebuildAllProgress) => void told.push(progress);
    expect(await hub.rebuildAll({ dryRun: true, onProgress })).toEqual({ sessions: 2, rebuilt: 2, stopped: 2 });
    // Stored are three notes and two tags. At its stop, the changed one would have two notes, both changed, and two letters.
    const stop = { ordinal: 5n, name: "Written", reason: "failed" };
    const difference = { added: 2, changed: 2, gone: 3, stop };
    expect(told).toEqual([
      { sessionId: "a", done: 1, rebuilt: 1, difference },
      { sessionId: "b", done: 2, rebuilt: 2, difference },
    ]);
    expect([reports, records]).toEqual([[], []]);
    expect(await Promise.all(["a", "b"].map((id) => store.load(id)))).toEqual(before);
    await hub.close();
    await store.close();
  });

  test("goes on where a projection fails, whose timeline stops there", async () => {
    const place = await written(["a", "b"]);
    const failing = program({
      timelineVersion: 2,
      before: ({ text }) => {
        if (text === "plum") throw new Error("no plums");
      },
    });
    const hub = failing.hub(place);
    expect(await hub.rebuildAll()).toEqual({ sessions: 2, rebuilt: 2, stopped: 2 });
    expect(await hub.session("a")).toMatchObject({ cursor: 2n, stop: { ordinal: 3n, reason: "failed" } });
    await hub.close();
  });

  test("folds several at once where it is told to, and keeps none in memory", async () => {
    const ids = Array.from({ length: 30 }, (_, at) => `s${String(at).padStart(2, "0")}`);
    const place = await written(ids);
    let [loading, most, loads] = [0, 0, 0];
    const inner = place.open();
    const store = wrapStore(inner, {
      commit: async (batches) => {
        most = Math.max(most, ++loading);
        await new Promise((resolve) => setTimeout(resolve, 2));
        loading--;
        return inner.commit(batches);
      },
      load: (id) => {
        loads++;
        return inner.load(id);
      },
    });
    const hub = raised.hub({ open: () => store });
    expect(await hub.rebuildAll({ concurrency: 4 })).toMatchObject({ sessions: 30, rebuilt: 30 });
    expect([most, loads]).toEqual([4, 30]);
    await hub.snapshot("s00");
    expect(loads).toBe(31);
    expect(await versionsOf(place)).toEqual(Array(30).fill(2));
    await hub.close();
  });

  test("folds also what it has in memory, as a program of another release has it", async () => {
    const place = await written(["s"]);
    const hub = old.hub(place);
    await hub.snapshot("s");
    const other = program({ kinds: { Note: ["Note", "number"] } });
    const beside = other.hub(place);
    const kindsOf = async () => new Set((await hub.snapshot("s")).entities.map(({ kind }) => kind));
    await beside.snapshot("s");
    await beside.close();
    expect(await kindsOf()).toEqual(new Set(["Note", "Tag"]));
    const store = place.open();
    const stored = async () => new Set((await store.load("s"))?.entities.map(({ kind }) => kind));
    expect(await stored()).toEqual(new Set(["Note"]));
    expect(await hub.rebuildAll()).toEqual({ sessions: 1, rebuilt: 1, stopped: 0 });
    expect([await stored(), await kindsOf()]).toEqual([new Set(["Note", "Tag"]), new Set(["Note", "Tag"])]);
    await write(hub, old, "s", [{ number: 9, text: "nut" }]);
    await hub.close();
    expect(await store.session("s")).toMatchObject({ ordinal: 7n, cursor: 7n });
    await store.close();
  });

  test("leaves to a program with a higher version what that one folded", async () => {
    const place = await written(["a"]);
    const newer = raised.hub(place);
    await newer.rebuildAll();
    await newer.close();
    const hub = old.hub(place);
    expect(await hub.rebuildAll()).toEqual({ sessions: 1, rebuilt: 0, stopped: 0 });
    expect(await hub.rebuildAll({ dryRun: true })).toEqual({ sessions: 1, rebuilt: 0, stopped: 0 });
    await hub.close();
    expect(await versionsOf(place)).toEqual([2]);
  });

  test("ends with the reason of its signal, and goes on the next time", async () => {
    const place = await written(["a", "b", "c"]);
    const hub = raised.hub(place);
    const controller = new AbortController();
    const onProgress = ({ done }: RebuildAllProgress) => {
      if (done === 2) controller.abort(new Error("enough"));
    };
    await expect(hub.rebuildAll({ onProgress, signal: controller.signal })).rejects.toThrow("enough");
    expect(await versionsOf(place)).toEqual([2, 2, 1]);
    expect(await hub.rebuildAll()).toEqual({ sessions: 3, rebuilt: 1, stopped: 0 });
    await hub.close();
  });

  test("ends with CLOSED where the hub is closed, which finishes the session in hand", async () => {
    const place = await written(["a", "b"]);
    const store = failingStore(place.open());
    const commit = store.holdNext("commit");
    const hub = raised.hub({ open: () => store });
    const rebuilt = hub.rebuildAll();
    await commit.reached;
    const closed = hub.close();
    commit.release();
    await expect(rebuilt).rejects.toMatchObject({ code: "CLOSED" });
    await closed;
    expect(await versionsOf(place)).toEqual([2, 1]);
    await expect(hub.rebuildAll()).rejects.toMatchObject({ code: "CLOSED" });
  });

  test("ends where the store fails, and goes on the next time", async () => {
    const place = await written(["a", "b", "c"]);
    const store = failingStore(place.open());
    const hub = raised.hub({ open: () => store });
    store.failNext("session");
    await expect(hub.rebuildAll({ concurrency: 2 })).rejects.toThrow("made to fail");
    expect(await hub.rebuildAll()).toMatchObject({ sessions: 3 });
    expect(await versionsOf(place)).toEqual([2, 2, 2]);
    await hub.close();
  });

  test.each([{ concurrency: 0 }, { concurrency: 1.5 }, { concurrency: 101 }, { dryRun: 1 }, { onProgress: true }])(
    "refuses the options %j",
    async (options) => {
      const hub = raised.hub(makePlace());
      await expect(hub.rebuildAll(options as never)).rejects.toMatchObject({ code: "INVALID_OPTION" });
      await hub.close();
    },
  );
});
