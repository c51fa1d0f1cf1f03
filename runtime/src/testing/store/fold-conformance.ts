import type { Store } from "../../store/store.js";
import type { FoldedUnder } from "../../store/stored.js";
import { batchOf, commit, entityOf, eventAt, everything } from "./batches.js";
import type { TestRunner } from "./runner.js";

/** What a store promises of what timelines are folded under. */
export function foldConformance({ describe, expect, test }: TestRunner, store: () => Store): void {
  const under = (versions: Readonly<Record<string, number>>, hash = "1"): FoldedUnder =>
    Object.fromEntries(Object.entries(versions).map(([name, version]) => [name, { version, hash }]));
  const stored = async () => (await store().session("s"))?.foldedUnder;

  describe("what a timeline is folded under", () => {
    test("is that of the last batch that says it", async () => {
      await commit(store(), { events: [eventAt(1n)] });
      expect(await stored()).toBeUndefined();
      const first = under({ A: 1, B: 2 });
      await commit(store(), { revision: 1, cursor: 1n, entities: [entityOf("a")], foldedUnder: first });
      expect(await stored()).toEqual(first);
      await commit(store(), { revision: 2, cursor: 1n, events: [eventAt(2n)] });
      expect([await stored(), (await store().load("s"))?.foldedUnder]).toEqual([first, first]);
      const second = under({ A: 1, B: 2 }, "2");
      await commit(store(), { revision: 3, events: [eventAt(3n)], cursor: 3n, foldedUnder: second });
      expect(await stored()).toEqual(second);
      await commit(store(), { revision: 4, cursor: 3n, foldedUnder: first });
      expect(await stored()).toEqual(first);
    });

    test("can begin with the session", async () => {
      await commit(store(), { events: [eventAt(1n)], foldedUnder: under({ A: 3 }) });
      expect(await stored()).toEqual(under({ A: 3 }));
    });

    test("is never of a lower version afterwards, whatever the batch builds on", async () => {
      await commit(store(), { events: [eventAt(1n)], cursor: 1n, foldedUnder: under({ A: 2, B: 2 }) });
      const before = await everything(store());
      const news = { revision: 1, events: [eventAt(2n)], cursor: 2n, entities: [entityOf("a")] };
      const conflict = expect.objectContaining({
        code: "ORDINAL_CONFLICT",
        message: expect.stringContaining("a lower timeline_version of A than"),
      });
      for (const foldedUnder of [under({ A: 1 }), under({ A: 1, B: 3 }), under({ A: 1, C: 1 })]) {
        const batches = [batchOf({ ...news, foldedUnder }), batchOf({ ...news, foldedUnder, replaceTimeline: true })];
        for (const batch of batches) expect(await store().commit([batch])).toEqual([conflict]);
      }
      expect(await everything(store())).toEqual(before);
      // Its events are welcome, without entities.
      await commit(store(), { ...news, cursor: 1n, entities: [] });
      expect(await store().session("s")).toMatchObject({ ordinal: 2n, cursor: 1n, foldedUnder: under({ A: 2, B: 2 }) });
      await commit(store(), { revision: 2, cursor: 2n, entities: [entityOf("a")], foldedUnder: under({ A: 2, B: 3 }) });
      expect(await stored()).toEqual(under({ A: 2, B: 3 }));
    });

    test("is each session's own, whatever the features are called", async () => {
      const odd = under({ constructor: 1, toString: 2 });
      await commit(store(), { sessionId: "a", foldedUnder: odd });
      await commit(store(), { sessionId: "b", foldedUnder: under({ A: 1 }) });
      expect((await store().session("a"))?.foldedUnder).toEqual(odd);
      await commit(store(), { sessionId: "b", revision: 1, foldedUnder: under({ constructor: 1 }) });
      expect((await store().session("b"))?.foldedUnder).toEqual(under({ constructor: 1 }));
    });
  });
}
