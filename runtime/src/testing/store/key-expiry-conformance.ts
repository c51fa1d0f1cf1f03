import type { Store } from "../../store/store.js";
import type { StoredRun } from "../../store/stored-run.js";
import { changeOf, claimOf, commit, keyOf, nameOf, startOf } from "./batches.js";
import type { TestRunner } from "./runner.js";

/** What a store promises of keys that are forgotten. */
export function keyExpiryConformance({ describe, expect, test }: TestRunner, store: () => Store): void {
  const isThere = async (key: string, more = {}) => (await store().key(nameOf(key, more))) !== undefined;

  describe("keys of work that began before a time", () => {
    test("are forgotten when it is done, in all sessions and spaces, and then are free", async () => {
      await commit(store(), { keys: [keyOf("old", { time: 10 }), keyOf("new", { time: 20 })] });
      await commit(store(), { sessionId: "t", keys: [keyOf("old", { time: 19, space: "b" })] });
      await store().claim([claimOf("done", "t1", { time: 10 })]);
      await store().settle({ ...nameOf("done"), token: "t1" }, { firstOrdinal: 0n, lastOrdinal: 0n });
      await store().forgetKeys(20);
      expect(await isThere("old")).toBe(false);
      expect(await isThere("done")).toBe(false);
      expect(await isThere("old", { sessionId: "t", space: "b" })).toBe(false);
      expect(await isThere("new")).toBe(true);
      expect(await store().claim([claimOf("old", "t2", { time: 20 })])).toMatchObject([{ taken: undefined }]);
      expect((await store().session("s"))?.revision).toBe(1);
    });

    test("stay while a process is alive that is at work", async () => {
      await store().claim([claimOf("going", "t1", { process: "alive", time: 10 })]);
      await store().claim([claimOf("left", "t2", { process: "dead", time: 10 })]);
      await store().leave("dead");
      await store().forgetKeys(20);
      expect([await isThere("going"), await isThere("left")]).toEqual([true, false]);
    });

    test("count from when another process took them over", async () => {
      await store().claim([claimOf("k", "t1", { process: "dead", time: 10 })]);
      const from = { token: "t1", beat: 0 };
      await store().claim([claimOf("k", "t2", { process: "p", time: 30, from })]);
      await store().settle({ ...nameOf("k"), token: "t2" }, { firstOrdinal: 0n, lastOrdinal: 0n });
      await store().forgetKeys(20);
      expect(await isThere("k")).toBe(true);
      await store().forgetKeys(31);
      expect(await isThere("k")).toBe(false);
    });

    test("stay as long as the run has not ended that has their space", async () => {
      const ended: StoredRun["ended"] = { outcome: { status: "completed" }, time: 15 };
      const ofRun = { space: "r:a", time: 10 };
      await commit(store(), { runs: [startOf("a"), startOf("b")], keys: [keyOf("k", ofRun)] });
      await commit(store(), { sessionId: "t", keys: [keyOf("k", ofRun)] });
      await store().forgetKeys(20);
      expect([await isThere("k", ofRun), await isThere("k", { ...ofRun, sessionId: "t" })]).toEqual([true, false]);
      await commit(store(), { revision: 1, runs: [changeOf("a", { ended })] });
      await store().forgetKeys(20);
      expect(await isThere("k", ofRun)).toBe(false);
    });

    test("are found among thousands", async () => {
      const keys = Array.from({ length: 5000 }, (_, index) => keyOf(`k${index}`, { time: index % 2 === 0 ? 10 : 30 }));
      await commit(store(), { keys });
      await store().forgetKeys(20);
      const there = await Promise.all([0, 1, 2500, 2501, 4998, 4999].map((index) => isThere(`k${index}`)));
      expect(there).toEqual([false, true, false, true, false, true]);
    });
  });
}
