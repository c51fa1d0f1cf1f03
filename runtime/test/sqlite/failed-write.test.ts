import { describe, expect, test } from "vitest";
import { openRaw } from "../../../test/fixtures/raw-database.js";
import { newFile } from "../../../test/fixtures/stores.js";
import { batchOf, commit, entityOf, errorAt, eventAt, everything, startOf } from "../../src/testing/store/batches.js";
import { openers } from "./drivers.js";

describe.each(openers)("with %s", (_driver, sqliteStore) => {
  const failed = expect.objectContaining({ name: "SessionstreamError", code: "STORE_FAILED" });

  describe("a write that fails", () => {
    /** A trigger that makes the write of one event fail, like a full disk would. */
    async function storeWithTrap() {
      const path = newFile();
      const store = sqliteStore(path);
      const trap = openRaw(path);
      trap.exec(
        `CREATE TRIGGER trap BEFORE INSERT ON entity WHEN new.id = 'trap' BEGIN SELECT RAISE(ABORT, 'trap'); END;
       CREATE TRIGGER run_trap BEFORE INSERT ON run WHEN new.id = 'trap' BEGIN SELECT RAISE(ABORT, 'trap'); END`,
      );
      trap.close();
      return store;
    }

    test("is told to its batch, leaves nothing of it, and does not touch the others of the group", async () => {
      const store = await storeWithTrap();
      await commit(store, { sessionId: "b", events: [eventAt(1n)], cursor: 1n, entities: [entityOf("kept")] });
      const before = await everything(store, "b");
      const outcomes = await store.commit([
        batchOf({ sessionId: "a", events: [eventAt(1n)] }),
        batchOf({
          sessionId: "b",
          revision: 1,
          events: [eventAt(2n)],
          cursor: 2n,
          entities: [entityOf("kept", { lastEventOrdinal: 2n }), entityOf("trap")],
        }),
        batchOf({ sessionId: "new", events: [eventAt(1n)], entities: [entityOf("trap")] }),
        batchOf({ sessionId: "c", revision: 9 }),
        batchOf({ sessionId: "d", events: [eventAt(1n)] }),
      ]);
      const conflict = expect.objectContaining({ code: "ORDINAL_CONFLICT" });
      expect(outcomes).toEqual([undefined, failed, failed, conflict, undefined]);
      expect(await everything(store, "b")).toEqual(before);
      expect(await store.session("new")).toBeUndefined();
      expect((await store.session("a"))?.ordinal).toBe(1n);
      expect((await store.session("d"))?.ordinal).toBe(1n);
      await store.close();
    });

    test("of a run leaves nothing of its batch, not even the process that has it", async () => {
      const store = await storeWithTrap();
      await commit(store, { runs: [startOf("a")] });
      const before = await everything(store);
      const runs = [startOf("b", { owner: "p" }), startOf("trap")];
      const outcomes = await store.commit([
        batchOf({ revision: 1, events: [eventAt(1n)], cursor: 1n, runs }),
        batchOf({ sessionId: "t", runs: [startOf("a", { owner: "q" })] }),
      ]);
      expect(outcomes).toEqual([failed, undefined]);
      expect(await everything(store)).toEqual(before);
      expect(await store.runOwners()).toEqual([{ process: "q", beat: 0 }]);
      expect(await store.beat("p")).toBe(false);
      await store.close();
    });

    test("of a redaction leaves the payloads, the timeline and the failures as they were", async () => {
      const store = await storeWithTrap();
      const events = [eventAt(1n), eventAt(2n)];
      await commit(store, { events, cursor: 2n, entities: [entityOf("kept")], errors: [errorAt(1n)] });
      const before = await everything(store);
      const redaction = batchOf({
        revision: 1,
        newEpoch: "other",
        cursor: 2n,
        replaceTimeline: true,
        rewritten: [{ ordinal: 1n, payload: new Uint8Array() }],
        mended: { after: 0n, to: 2n },
      });
      expect(await store.commit([{ ...redaction, entities: [entityOf("anew"), entityOf("trap")] }])).toEqual([failed]);
      expect(await everything(store)).toEqual(before);
      expect(await store.commit([{ ...redaction, entities: [entityOf("anew")] }])).toEqual([undefined]);
      expect(await store.errors("s")).toEqual([]);
      await store.close();
    });

    test("of a batch alone is told the same way", async () => {
      const store = await storeWithTrap();
      expect(await store.commit([batchOf({ events: [eventAt(1n)], entities: [entityOf("trap")] })])).toEqual([failed]);
      expect(await store.session("s")).toBeUndefined();
      await store.close();
    });
  });
});
