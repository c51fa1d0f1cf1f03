import { batchOf, commit, entityOf, errorAt, eventAt, everything, keyOf, plain } from "./batches.js";
import type { StoreUnderTest, TestRunner } from "./runner.js";

/** What a store promises whose sessions outlast it, and that may be open several times. */
export function sharedConformance(
  { describe, expect, test }: TestRunner,
  { store, reopen, second }: StoreUnderTest,
): void {
  describe("opened again", () => {
    test("it has all that was committed", async () => {
      await commit(store(), {
        metadata: { owner: "x" },
        events: [eventAt(1n), eventAt(2n)],
        cursor: 2n,
        entities: [entityOf("a"), entityOf("b", { payload: undefined })],
        errors: [errorAt(2n)],
        keys: [keyOf("k")],
      });
      const before = await everything(store());
      const again = await reopen();
      expect(await everything(again)).toEqual(before);
      expect(await again.key("s", "k")).toEqual(keyOf("k"));
      await commit(again, { revision: 1, events: [eventAt(3n)], cursor: 2n });
      expect((await again.session("s"))?.ordinal).toBe(3n);
    });
  });

  describe("open twice", () => {
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
