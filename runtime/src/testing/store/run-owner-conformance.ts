import type { FreeRunRange, Store } from "../../store/store.js";
import type { StoredRun } from "../../store/stored-run.js";
import { changeOf, claimOf, commit, everything, nameOf, plainRun, runOf, startOf } from "./batches.js";
import type { TestRunner } from "./runner.js";

/** What a store promises of runs and the processes that work on them. */
export function runOwnerConformance({ describe, expect, test }: TestRunner, store: () => Store): void {
  const endedAt = (time: number): Partial<StoredRun> => ({ ended: { outcome: { status: "completed" }, time } });
  const free = async (more: Partial<FreeRunRange> = {}) => {
    const found = await store().freeRuns({ names: ["Work"], now: 1000, limit: 100, ...more });
    return found.map(({ sessionId, id }) => `${sessionId} ${id}`);
  };
  const owners = async () =>
    [...(await store().runOwners())].sort((a, b) => (a.process < b.process ? -1 : 1)).map((o) => [o.process, o.beat]);

  describe("free runs", () => {
    test("are those that nobody took, the first started first, of all sessions", async () => {
      expect(await free()).toEqual([]);
      await commit(store(), { sessionId: "t", runs: [startOf("z"), startOf("y")] });
      await commit(store(), { sessionId: "s", runs: [startOf("b"), startOf("ended", endedAt(1))] });
      await commit(store(), { sessionId: "t", revision: 1, runs: [startOf("a")] });
      expect(await free()).toEqual(["t z", "t y", "s b", "t a"]);
      expect(await free({ limit: 3 })).toEqual(["t z", "t y", "s b"]);
      expect(await free({ limit: 0 })).toEqual([]);
    });

    test("are of the names that are asked for", async () => {
      await commit(store(), { runs: [startOf("a"), startOf("b", { name: "Other" }), startOf("c", { name: "work" })] });
      expect(await free()).toEqual(["s a"]);
      expect(await free({ names: ["Other", "Work", "None", "Other"] })).toEqual(["s a", "s b"]);
      expect(await free({ names: [] })).toEqual([]);
      expect(await free({ names: ["None", "W%"] })).toEqual([]);
    });

    test("may begin by now, and those that may not are not in the way", async () => {
      const far = Array.from({ length: 20 }, (_, index) => startOf(`far ${index}`, { at: 1001 + index }));
      await commit(store(), {
        runs: [...far, startOf("due", { at: 1000 }), startOf("any"), startOf("past", { at: 0 })],
      });
      expect(await free({ limit: 3 })).toEqual(["s due", "s any", "s past"]);
      expect(await free({ now: 999 })).toEqual(["s any", "s past"]);
      expect(await free({ now: 0 })).toEqual(["s any", "s past"]);
      expect((await free({ now: 2000 })).length).toBe(23);
    });

    test("are not those of processes that are alive, but those of the dead, of those that left or gave them up", async () => {
      const names = ["released", "left", "alive", "buried"];
      await commit(store(), { runs: names.map((owner) => startOf(`of ${owner}`, { owner, attempt: 1 })) });
      await commit(store(), {
        revision: 1,
        runs: names.map((owner) => startOf(`ended ${owner}`, { owner, ...endedAt(1) })),
      });
      await commit(store(), { revision: 2, runs: [startOf("of nobody")] });
      expect(await free()).toEqual(["s of nobody"]);
      await store().releaseRuns("released");
      await store().leave("left");
      await store().bury({ process: "buried", beat: 0 });
      expect(await free()).toEqual(["s of released", "s of left", "s of buried", "s of nobody"]);
      expect(await free({ limit: 2 })).toEqual(["s of released", "s of left"]);
      expect(await free({ now: 0, names: ["Other"] })).toEqual([]);
    });

    test("are no longer free once a process takes them, and free again when that is gone", async () => {
      await commit(store(), { runs: [startOf("a", { owner: "dead", attempt: 1 })] });
      await store().bury({ process: "dead", beat: 0 });
      await commit(store(), { revision: 1, runs: [changeOf("a", { owner: "p", attempt: 2 })] });
      expect(await free()).toEqual([]);
      // That it is alive again does not bring back what it lost.
      await store().beat("dead");
      await store().leave("p");
      expect(await free()).toEqual(["s a"]);
      await commit(store(), { revision: 2, runs: [changeOf("a", { owner: "p", ...endedAt(5) })] });
      expect(await free()).toEqual([]);
    });
  });

  describe("processes with runs", () => {
    test("are known from the commit on that gives them one", async () => {
      expect(await owners()).toEqual([]);
      await commit(store(), { runs: [startOf("a", { owner: "p" }), startOf("b", { owner: "p" }), startOf("c")] });
      await commit(store(), { sessionId: "t", runs: [startOf("a", { owner: "q" })] });
      expect(await owners()).toEqual([
        ["p", 0],
        ["q", 0],
      ]);
      await store().beat("p");
      await commit(store(), { revision: 1, runs: [changeOf("c", { owner: "p" })] });
      expect(await owners()).toEqual([
        ["p", 1],
        ["q", 0],
      ]);
    });

    test("are not those whose runs have ended, nor those with claims alone", async () => {
      await store().claim([claimOf("k", "t1", { process: "claims" })]);
      await commit(store(), { runs: [startOf("a", { owner: "p" }), startOf("b", { owner: "q", ...endedAt(1) })] });
      expect(await owners()).toEqual([["p", 0]]);
      await commit(store(), { revision: 1, runs: [changeOf("a", { owner: "p", ...endedAt(1) })] });
      expect(await owners()).toEqual([]);
      // Whoever only ended a run, or did not start one after all, is not taken for alive by that.
      expect(await store().beat("q")).toBe(false);
      await expect(commit(store(), { revision: 2, runs: [startOf("a", { owner: "r" })] })).rejects.toMatchObject({
        code: "RUN_EXISTS",
      });
      expect(await store().beat("r")).toBe(false);
    });

    test("are not those that left or were buried, until their heart beats again", async () => {
      const all = ["p", "q", "r"];
      await commit(store(), { runs: all.map((owner) => startOf(`of ${owner}`, { owner })) });
      await store().leave("p");
      await store().bury({ process: "q", beat: 0 });
      expect(await owners()).toEqual([["r", 0]]);
      expect(await free()).toEqual(["s of p", "s of q"]);
      expect(await store().beat("q")).toBe(false);
      expect(await owners()).toEqual([
        ["q", 1],
        ["r", 0],
      ]);
      expect(await free()).toEqual(["s of p"]);
    });
  });

  describe("a heartbeat", () => {
    test("tells a process whether it was taken for alive until then", async () => {
      expect([await store().beat("p"), await store().beat("p")]).toEqual([false, true]);
      await store().leave("p");
      expect([await store().beat("p"), await store().beat("p")]).toEqual([false, true]);
      await store().bury({ process: "p", beat: 2 });
      expect([await store().beat("p"), await store().beat("p")]).toEqual([false, true]);
    });

    test("of a process that is known by a claim or a run is not its first", async () => {
      await store().claim([claimOf("k", "t1", { process: "p" })]);
      await commit(store(), { runs: [startOf("a", { owner: "q" })] });
      expect([await store().beat("p"), await store().beat("q"), await store().beat("r")]).toEqual([true, true, false]);
    });
  });

  describe("burying a process", () => {
    test("is done only if its heart has not beaten since", async () => {
      await commit(store(), { runs: [startOf("a", { owner: "p" })] });
      await store().beat("p");
      await store().bury({ process: "p", beat: 0 });
      await store().bury({ process: "p", beat: 2 });
      await store().bury({ process: "q", beat: 1 });
      expect(await owners()).toEqual([["p", 1]]);
      await store().bury({ process: "p", beat: 1 });
      await store().bury({ process: "p", beat: 1 });
      expect(await owners()).toEqual([]);
      expect(await free()).toEqual(["s a"]);
    });

    test("frees its claims too, as taking one of them over frees its runs", async () => {
      await store().claim([claimOf("k", "t1", { process: "p" }), claimOf("l", "t2", { process: "q" })]);
      await commit(store(), { runs: [startOf("a", { owner: "p" }), startOf("b", { owner: "q" })] });
      await store().bury({ process: "p", beat: 0 });
      expect((await store().key(nameOf("k")))?.owner).toEqual({ token: "t1", beat: undefined });
      await store().claim([claimOf("l", "t3", { process: "r", from: { token: "t2", beat: 0 } })]);
      expect(await free()).toEqual(["s a", "s b"]);
    });

    test("moves no revision and changes no run", async () => {
      await commit(store(), { runs: [startOf("a", { owner: "p" })] });
      const before = await everything(store());
      await store().bury({ process: "p", beat: 0 });
      await store().beat("p");
      await store().leave("p");
      expect(await everything(store())).toEqual(before);
    });
  });

  describe("giving up runs", () => {
    test("takes the process from those that are open, in all sessions, and moves no revision", async () => {
      const more = { attempt: 2, failures: 1, waitsFor: { for: "run", id: "b" } } as const;
      const runs = [startOf("a", { owner: "p", ...more }), startOf("b", { owner: "q" })];
      await commit(store(), { runs: [...runs, startOf("c", { owner: "p", ...endedAt(1) })] });
      await commit(store(), { sessionId: "t", runs: [startOf("a", { owner: "p" })] });
      await store().releaseRuns("p");
      await store().releaseRuns("nobody");
      expect((await store().runs("s")).map(plainRun)).toEqual(
        [runOf("a", more), runOf("b", { owner: "q" }), runOf("c", { owner: "p", ...endedAt(1) })].map(plainRun),
      );
      expect((await store().run({ sessionId: "t", id: "a" }))?.owner).toBeUndefined();
      expect(await Promise.all(["s", "t"].map(async (id) => (await store().session(id))?.revision))).toEqual([1, 1]);
      expect(await free()).toEqual(["s a", "t a"]);
      expect(await owners()).toEqual([["q", 0]]);
      // It may go on to take others.
      expect(await store().beat("p")).toBe(true);
    });
  });

  describe("forgetting runs", () => {
    test("deletes those that ended before a time, and moves no revision", async () => {
      const runs = [startOf("a", endedAt(10)), startOf("b", endedAt(11)), startOf("open"), startOf("c", endedAt(9))];
      await commit(store(), { runs });
      await commit(store(), { sessionId: "t", runs: [startOf("a", endedAt(1)), startOf("b", { owner: "p" })] });
      const left = async () => [await store().runs("s"), await store().runs("t")].map((of) => of.map(({ id }) => id));
      await store().forgetRuns(1);
      expect(await left()).toEqual([
        ["a", "b", "open", "c"],
        ["a", "b"],
      ]);
      await store().forgetRuns(11);
      expect(await left()).toEqual([["b", "open"], ["b"]]);
      expect(await store().run({ sessionId: "s", id: "a" })).toBeUndefined();
      expect((await store().session("s"))?.revision).toBe(1);
      await store().forgetRuns(Number.MAX_SAFE_INTEGER);
      expect(await left()).toEqual([["open"], ["b"]]);
    });

    test("lets their ids be started again, as the newest", async () => {
      await commit(store(), { runs: [startOf("a", endedAt(1)), startOf("b")] });
      await store().forgetRuns(2);
      await commit(store(), { revision: 1, runs: [startOf("a", { attempt: 4 })] });
      expect((await store().runs("s")).map(({ id, attempt }) => [id, attempt])).toEqual([
        ["b", 0],
        ["a", 4],
      ]);
      expect(await free()).toEqual(["s b", "s a"]);
    });

    test("deletes them however many they are", async () => {
      const runs = Array.from({ length: 2500 }, (_, index) => startOf(`${index}`, index === 7 ? {} : endedAt(index)));
      await commit(store(), { runs });
      await store().forgetRuns(2499);
      expect((await store().runs("s")).map(({ id }) => id)).toEqual(["7", "2499"]);
    });
  });
}
