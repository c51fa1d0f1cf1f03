import type { Store } from "../../store/store.js";
import { commit, eventAt } from "./batches.js";
import type { TestRunner } from "./runner.js";

/** What a store promises of its end, and of others that are opened. */
export function closeConformance({ describe, expect, test }: TestRunner, store: () => Store, open: () => Store): void {
  describe("closing", () => {
    test("makes everything else throw CLOSED", async () => {
      await store().close();
      const closed = expect.objectContaining({ code: "CLOSED" });
      await expect(store().session("s")).rejects.toEqual(closed);
      await expect(store().load("s")).rejects.toEqual(closed);
      await expect(store().events("s")).rejects.toEqual(closed);
      await expect(store().errors("s")).rejects.toEqual(closed);
      await expect(commit(store())).rejects.toEqual(closed);
      const name = { sessionId: "s", space: "a", key: "k" };
      await expect(store().key(name)).rejects.toEqual(closed);
      await expect(store().hasBatch("s", "b")).rejects.toEqual(closed);
      await expect(store().settle({ ...name, token: "t" }, undefined)).rejects.toEqual(closed);
      await expect(store().settle({ ...name, token: "t" }, { firstOrdinal: 1n, lastOrdinal: 1n })).rejects.toEqual(
        closed,
      );
      await expect(store().claim([])).rejects.toEqual(closed);
      await expect(store().beat("p")).rejects.toEqual(closed);
      await expect(store().leave("p")).rejects.toEqual(closed);
      await expect(store().bury({ process: "p", beat: 0 })).rejects.toEqual(closed);
      await expect(store().run({ sessionId: "s", id: "r" })).rejects.toEqual(closed);
      await expect(store().runs("s")).rejects.toEqual(closed);
      await expect(store().freeRuns({ names: [], now: 0, limit: 1 })).rejects.toEqual(closed);
      await expect(store().runOwners()).rejects.toEqual(closed);
      await expect(store().releaseRuns("p")).rejects.toEqual(closed);
      await expect(store().forgetRuns(0)).rejects.toEqual(closed);
      expect(() => store().watch(() => {})).toThrow(closed);
    });

    test("can be done twice", async () => {
      await store().close();
      await store().close();
    });
  });

  test("stores that are opened anew know nothing of each other", async () => {
    const other = open();
    try {
      await commit(store(), { events: [eventAt(1n)] });
      expect(await other.session("s")).toBeUndefined();
    } finally {
      await other.close();
    }
  });
}
