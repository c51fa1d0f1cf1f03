import type { Store } from "../../store/store.js";
import {
  batchOf,
  changeOf,
  claimOf,
  commit,
  descriptorOf,
  entityOf,
  errorAt,
  eventAt,
  everything,
  keyOf,
  nameOf,
  startOf,
} from "./batches.js";
import type { TestRunner } from "./runner.js";

/** What a store promises of sessions that are deleted. */
export function deleteConformance({ describe, expect, test }: TestRunner, store: () => Store): void {
  const work = { names: ["Work"], now: 0, limit: 10 };
  const nothing = { session: undefined, events: [], errors: [], runs: [] };

  /** A session with something of everything. */
  async function begin(sessionId = "s"): Promise<void> {
    await commit(store(), {
      sessionId,
      metadata: { owner: "x" },
      events: [eventAt(1n), eventAt(2n)],
      cursor: 2n,
      entities: [entityOf("a"), entityOf("b", { payload: undefined })],
      errors: [errorAt(2n)],
      keys: [keyOf("k")],
      runs: [startOf("free"), startOf("taken", { owner: "p" })],
      descriptors: [descriptorOf("Happened")],
    });
    await commit(store(), { sessionId, revision: 1, cursor: 2n, runs: [changeOf("free", { failures: 1 })] });
  }

  describe("a session that is deleted", () => {
    test("is gone, with all that belongs to it", async () => {
      await begin();
      await store().claim([claimOf("claimed", "t")]);
      const batch = batchOf({ revision: 2, cursor: 2n });
      await store().commit([batch]);
      expect(await store().delete("s")).toBe(true);
      expect(await everything(store())).toEqual(nothing);
      expect(await store().sessions()).toEqual([]);
      expect(await store().session("s")).toBeUndefined();
      expect(await store().tombstones("s", 0n)).toEqual([]);
      expect(await store().key(nameOf("k"))).toBeUndefined();
      expect(await store().key(nameOf("claimed"))).toBeUndefined();
      expect(await store().run({ sessionId: "s", id: "free" })).toBeUndefined();
      expect(await store().freeRuns(work)).toEqual([]);
      expect(await store().runOwners()).toEqual([]);
      expect(await store().hasBatch("s", batch.id)).toBe(false);
    });

    test("leaves others, and the schemas, as they are", async () => {
      await begin("s");
      await begin("t");
      const before = await everything(store(), "t");
      await store().delete("s");
      expect(await everything(store(), "t")).toEqual(before);
      expect(await store().sessions()).toEqual(["t"]);
      expect(await store().key(nameOf("k", { sessionId: "t" }))).toBeDefined();
      expect(await store().freeRuns(work)).toEqual([{ sessionId: "t", id: "free", owner: undefined, attempt: 0 }]);
      expect(await store().eventNames()).toEqual(["Happened"]);
      expect(await store().descriptors()).toHaveLength(1);
    });

    test("can begin anew: nothing of before is in it", async () => {
      await begin();
      await store().delete("s");
      await commit(store(), { epoch: "second", metadata: { owner: "y" }, events: [eventAt(1n, { name: "Other" })] });
      expect(await store().session("s")).toMatchObject({ revision: 1, ordinal: 1n, epoch: "second" });
      expect((await store().session("s"))?.metadata).toEqual({ owner: "y" });
      expect((await store().load("s"))?.entities).toEqual([]);
      expect(await store().tombstones("s", 0n)).toEqual([]);
      expect((await store().events("s")).map(({ name }) => name)).toEqual(["Other"]);
      expect(await store().claim([claimOf("k", "t2")])).toMatchObject([{ taken: undefined, head: { revision: 1 } }]);
    });

    test("refuses what builds on it, and changes nothing then", async () => {
      await begin();
      await store().delete("s");
      const late = batchOf({ revision: 2, events: [eventAt(3n)] });
      expect(await store().commit([late])).toEqual([expect.objectContaining({ code: "ORDINAL_CONFLICT" })]);
      expect(await everything(store())).toEqual(nothing);
      await begin();
      await commit(store(), { revision: 2, epoch: "first" });
      const other = batchOf({ revision: 3, epoch: "zero", events: [eventAt(3n)] });
      expect(await store().commit([other])).toEqual([expect.objectContaining({ code: "ORDINAL_CONFLICT" })]);
    });

    test("takes the claims on its keys with it", async () => {
      await store().claim([claimOf("k", "t1")]);
      await commit(store(), { events: [eventAt(1n)], keys: [keyOf("k", { token: "t1" })] });
      await store().delete("s");
      await store().settle({ ...nameOf("k"), token: "t1" }, { firstOrdinal: 1n, lastOrdinal: 1n });
      await store().finish({ ...nameOf("k"), token: "t1" }, { firstOrdinal: 1n, lastOrdinal: 1n });
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await store().key(nameOf("k"))).toBeUndefined();
    });

    test("was there, or was not", async () => {
      expect(await store().delete("s")).toBe(false);
      await commit(store());
      expect(await store().delete("s")).toBe(true);
      expect(await store().delete("s")).toBe(false);
    });

    test("with thousands of events, goes whole, and others can write meanwhile", async () => {
      const events = Array.from({ length: 3000 }, (_, index) => eventAt(BigInt(index + 1)));
      await commit(store(), { events });
      await commit(store(), { sessionId: "t" });
      const deleted = store().delete("s");
      await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          commit(store(), { sessionId: `new${index}`, events: [eventAt(1n)] }).then(() =>
            store().events(`new${index}`),
          ),
        ),
      );
      expect(await deleted).toBe(true);
      expect(await everything(store())).toEqual(nothing);
      expect(await store().sessions()).toHaveLength(21);
      await commit(store(), { sessionId: "t", revision: 1, events: [eventAt(1n)] });
      expect(await store().events("t")).toHaveLength(1);
    });
  });
}
