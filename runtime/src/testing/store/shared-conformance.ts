import type { SessionPart } from "../../store/session-part.js";
import type { MovedSession } from "../../store/store.js";
import {
  batchOf,
  changeOf,
  claimOf,
  commit,
  entityOf,
  errorAt,
  eventAt,
  everything,
  keyOf,
  nameOf,
  plain,
  startOf,
} from "./batches.js";
import type { StoreUnderTest, TestRunner } from "./runner.js";

/** What a store promises whose sessions outlast it, and that may be open several times. */
export function sharedConformance(
  { describe, expect, test }: TestRunner,
  { store, reopen, second }: StoreUnderTest,
): void {
  const ended = { outcome: { status: "completed" }, time: 1 } as const;
  const work = { names: ["Work"], now: 0, limit: 10 };

  describe("opened again", () => {
    test("it has all that was committed", async () => {
      await commit(store(), {
        metadata: { owner: "x" },
        events: [eventAt(1n), eventAt(2n)],
        cursor: 2n,
        entities: [entityOf("a"), entityOf("b", { payload: undefined })],
        errors: [errorAt(2n)],
        keys: [keyOf("k")],
        runs: [startOf("z"), startOf("a", { owner: "p" }), startOf("m", { ended })],
      });
      const before = await everything(store());
      const keyed = await store().key(nameOf("k"));
      expect(keyed).toBeDefined();
      const again = await reopen();
      expect(await everything(again)).toEqual(before);
      expect(await again.key(nameOf("k"))).toEqual(keyed);
      expect(await again.freeRuns(work)).toMatchObject([{ sessionId: "s", id: "z" }]);
      expect(await again.runOwners()).toEqual([{ process: "p", beat: 0 }]);
      await commit(again, { revision: 1, events: [eventAt(3n)], cursor: 2n });
      expect((await again.session("s"))?.ordinal).toBe(3n);
    });
  });

  describe("open twice", () => {
    test("the checkpoints that one writes the other reads, and goes on from", async () => {
      const other = second();
      await commit(store(), { events: [eventAt(1n), eventAt(2n)], cursor: 2n });
      async function* parts(id: string) {
        yield [entityOf(id)];
      }
      const first = { ordinal: 1n, epoch: "first", after: 0n, isFull: true };
      const made = await store().writeCheckpoint("s", first, parts("a"));
      expect(await other.writeCheckpoint("s", { ...first, ordinal: 2n }, parts("b"))).toEqual(made);
      await other.writeCheckpoint("s", { ordinal: 2n, epoch: "first", after: 1n, isFull: false }, parts("b"));
      const again = await reopen();
      const past = await again.readCheckpoint("s", 9n);
      expect([past?.checkpoint.ordinal, past?.entities.map(({ id }) => id).sort()]).toEqual([2n, ["a", "b"]]);
      expect((await again.load("s"))?.checkpoint?.ordinal).toBe(2n);
    });

    test("what one commits the other reads", async () => {
      const other = second();
      await commit(store(), { events: [eventAt(1n)] });
      expect((await other.events("s")).map(plain)).toEqual([plain(eventAt(1n))]);
    });

    test("of two that build on one revision, the second is refused and changes nothing", async () => {
      const other = second();
      await commit(store(), { events: [eventAt(1n)], cursor: 1n });
      await commit(other, { revision: 1, events: [eventAt(2n)], cursor: 2n, entities: [entityOf("a")] });
      const before = await everything(store());
      const outcomes = await store().commit([
        batchOf({ revision: 1, events: [eventAt(2n, { name: "Other" })], cursor: 2n, entities: [entityOf("b")] }),
      ]);
      expect(outcomes).toEqual([expect.objectContaining({ code: "ORDINAL_CONFLICT" })]);
      expect(await everything(store())).toEqual(before);
    });

    test("a claim of one is seen by the other, and its heart beats for both", async () => {
      const other = second();
      await store().claim([claimOf("k", "t1", { process: "p1" })]);
      expect(await other.claim([claimOf("k", "t2", { process: "p2" })])).toMatchObject([
        { taken: { owner: { token: "t1", beat: 0 } } },
      ]);
      await store().beat("p1");
      expect(await other.key(nameOf("k"))).toMatchObject({ owner: { beat: 1 } });
      const outcome = { firstOrdinal: 0n, lastOrdinal: 0n };
      await store().settle({ ...nameOf("k"), token: "t1" }, outcome);
      expect(await other.key(nameOf("k"))).toMatchObject({ outcome, owner: undefined });
    });

    test("of two that take a run, the second is refused", async () => {
      const other = second();
      await commit(store(), { runs: [startOf("a")] });
      const [mine, theirs] = await Promise.all([store().freeRuns(work), other.freeRuns(work)]);
      const free = [{ sessionId: "s", id: "a", owner: undefined, attempt: 0 }];
      expect([mine, theirs]).toEqual([free, free]);
      const take = (owner: string) => batchOf({ revision: 1, runs: [changeOf("a", { owner, attempt: 1 })] });
      const outcomes = await Promise.all([store().commit([take("p")]), other.commit([take("q")])]);
      expect(outcomes.flat().filter((outcome) => outcome === undefined)).toHaveLength(1);
      expect(outcomes.flat()).toContainEqual(expect.objectContaining({ code: "ORDINAL_CONFLICT" }));
      const owner = outcomes[0]?.[0] === undefined ? "p" : "q";
      for (const each of [store(), other]) {
        expect(await each.run({ sessionId: "s", id: "a" })).toMatchObject({ owner, attempt: 1 });
        expect(await each.runOwners()).toEqual([{ process: owner, beat: 0 }]);
        expect(await each.freeRuns(work)).toEqual([]);
      }
    });

    test("what one says of processes and runs the other knows", async () => {
      const other = second();
      await commit(store(), { runs: [startOf("a", { owner: "p" }), startOf("b", { owner: "p", ended })] });
      expect(await other.beat("p")).toBe(true);
      expect(await store().runOwners()).toEqual([{ process: "p", beat: 1 }]);
      await other.bury({ process: "p", beat: 1 });
      expect(await store().freeRuns(work)).toEqual([{ sessionId: "s", id: "a", owner: "p", attempt: 0 }]);
      expect(await store().beat("p")).toBe(false);
      expect(await other.freeRuns(work)).toEqual([]);
      await store().releaseRuns("p");
      expect((await other.load("s"))?.runs).toMatchObject([{ id: "a", owner: undefined }]);
      await other.forgetRuns(2);
      expect((await store().runs("s")).map(({ id }) => id)).toEqual(["a"]);
    });

    test("who watches hears of what the other commits, and of which revision", async () => {
      const other = second();
      const heard: MovedSession[] = [];
      const unwatch = store().watch((moved) => heard.push(...(moved ?? [])));
      await commit(other, { events: [eventAt(1n)] });
      await commit(other, { revision: 1, errors: [errorAt(1n)] });
      await commit(other, { sessionId: "t\u0000", runs: [startOf("a")] });
      const newest = (id: string) => Math.max(0, ...heard.filter((m) => m.sessionId === id).map((m) => m.revision));
      const begun = Date.now();
      while ((newest("s") < 2 || newest("t\u0000") < 1) && Date.now() - begun < 5000)
        await new Promise((r) => setTimeout(r, 5));
      expect([newest("s"), newest("t\u0000")]).toEqual([2, 1]);
      unwatch();
      const already = heard.length;
      await commit(other, { revision: 2 });
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(heard).toHaveLength(already);
    });

    test("who watches hears of what the other deletes, and it is gone for both", async () => {
      const other = second();
      const heard: MovedSession[] = [];
      await commit(store(), { events: [eventAt(1n), eventAt(2n)], keys: [keyOf("k")], runs: [startOf("a")] });
      const unwatch = store().watch((moved) => heard.push(...(moved ?? [])));
      expect(await other.delete("s")).toBe(true);
      const begun = Date.now();
      while (heard.every(({ revision }) => revision > 0) && Date.now() - begun < 5000)
        await new Promise((r) => setTimeout(r, 5));
      unwatch();
      expect(heard).toContainEqual({ sessionId: "s", revision: 0 });
      for (const each of [store(), other]) {
        expect(await each.load("s")).toBeUndefined();
        expect(await each.key(nameOf("k"))).toBeUndefined();
        expect(await each.freeRuns(work)).toEqual([]);
      }
      expect(await store().delete("s")).toBe(false);
    });

    test("who watches hears of what the other writes whole, also in place of what was there", async () => {
      const other = second();
      const heard: MovedSession[] = [];
      const session = { metadata: {}, ordinal: 1n, epoch: "e", failedAt: undefined };
      async function* parts(): AsyncGenerator<SessionPart> {
        yield { is: "session", session };
        yield { is: "events", events: [eventAt(1n)] };
      }
      await commit(store(), { events: [eventAt(1n)] });
      const unwatch = store().watch((moved) => heard.push(...(moved ?? [])));
      await other.write("s", parts(), { replace: true });
      await other.write("t", parts(), { replace: false });
      const begun = Date.now();
      while (heard.every(({ sessionId }) => sessionId !== "t") && Date.now() - begun < 5000)
        await new Promise((r) => setTimeout(r, 5));
      unwatch();
      const ofS = heard.filter(({ sessionId }) => sessionId === "s").map(({ revision }) => revision);
      expect(ofS.indexOf(0)).toBe(0);
      expect(ofS).toContain(1);
      expect(await store().session("s")).toMatchObject({ revision: 1, epoch: "e" });
    });

    test("events of others are heard of, though those that were the newest are deleted", async () => {
      const other = second();
      const heard = new Set<string>();
      await commit(store(), { sessionId: "kept", events: [eventAt(1n)] });
      await commit(store(), { events: [eventAt(1n), eventAt(2n), eventAt(3n)] });
      const unwatch = store().watch((moved) => {
        for (const { sessionId } of moved ?? [{ sessionId: "kept" }]) heard.add(sessionId);
      });
      await other.delete("s");
      await commit(other, { sessionId: "kept", revision: 1, events: [eventAt(2n)] });
      const begun = Date.now();
      while (!heard.has("kept") && Date.now() - begun < 5000) await new Promise((r) => setTimeout(r, 5));
      unwatch();
      expect([...heard]).toContain("kept");
    });

    test("of two that begin a session, the second is refused", async () => {
      const other = second();
      await commit(other, { metadata: { of: "other" }, events: [eventAt(1n)] });
      await expect(commit(store(), { metadata: { of: "first" }, events: [eventAt(1n)] })).rejects.toMatchObject({
        code: "ORDINAL_CONFLICT",
      });
      expect((await store().session("s"))?.metadata).toEqual({ of: "other" });
    });

    test("many commits from both make one dense log", async () => {
      const stores = [store(), second()];
      let conflicts = 0;
      await Promise.all(
        stores.map(async (each, who) => {
          for (let made = 0; made < 25; ) {
            const at = await each.session("s");
            const next = (at?.ordinal ?? 0n) + 1n;
            await Promise.resolve();
            const [outcome] = await each.commit([
              batchOf({ revision: at?.revision ?? 0, events: [eventAt(next, { name: `By${who}` })] }),
            ]);
            if (outcome === undefined) made++;
            else conflicts++;
          }
        }),
      );
      const events = await store().events("s");
      expect(events.map(({ ordinal }) => ordinal)).toEqual(events.map((_, index) => BigInt(index + 1)));
      expect(events).toHaveLength(50);
      expect(conflicts).toBeGreaterThan(0);
    });
  });
}
