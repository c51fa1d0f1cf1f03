import type { Store } from "../../store/store.js";
import { batchOf, commit, entityOf, errorAt, eventAt, everything, keyOf } from "./batches.js";
import type { TestRunner } from "./runner.js";

/** What a store promises of commands under idempotency keys. */
export function keyConformance({ describe, expect, test }: TestRunner, store: () => Store): void {
  describe("commands", () => {
    test("are stored with what they published", async () => {
      const command = keyOf("k", { firstOrdinal: 1n, lastOrdinal: 2n });
      await commit(store(), { events: [eventAt(1n), eventAt(2n)], keys: [command] });
      expect(await store().key("s", "k")).toEqual(command);
      expect(await store().key("s", "other")).toBeUndefined();
      expect(await store().key("t", "k")).toBeUndefined();
    });

    test("move on to the last event that they published", async () => {
      await commit(store(), { events: [eventAt(1n)], keys: [keyOf("k")] });
      await commit(store(), { revision: 1, events: [eventAt(2n)], keys: [keyOf("k", { lastOrdinal: 2n })] });
      expect(await store().key("s", "k")).toEqual(keyOf("k", { lastOrdinal: 2n }));
    });

    test("may have published nothing, also in a session that begins with them", async () => {
      const nothing = keyOf("k", { firstOrdinal: 0n, lastOrdinal: 0n });
      await commit(store(), { keys: [nothing] });
      expect(await store().key("s", "k")).toEqual(nothing);
      expect(await store().session("s")).toMatchObject({ revision: 1, ordinal: 0n });
    });

    test.each([
      ["published other events", { firstOrdinal: 2n, lastOrdinal: 2n }],
      ["is another", { fingerprint: "something else" }],
    ])("one that %s under the same key is refused with all of its batch", async (_, more) => {
      await commit(store(), { events: [eventAt(1n)], keys: [keyOf("k")] });
      const before = await everything(store());
      const batch = batchOf({
        revision: 1,
        events: [eventAt(2n)],
        cursor: 2n,
        entities: [entityOf("a")],
        errors: [errorAt(2n)],
        keys: [keyOf("fresh", { firstOrdinal: 2n, lastOrdinal: 2n }), keyOf("k", more)],
      });
      const other = batchOf({ sessionId: "t", events: [eventAt(1n)], keys: [keyOf("k")] });
      const refusal = expect.objectContaining({ name: "SessionstreamError", code: "KEY_CLAIMED" });
      expect(await store().commit([batch, other])).toEqual([refusal, undefined]);
      expect(await everything(store())).toEqual(before);
      expect(await store().key("s", "k")).toEqual(keyOf("k"));
      expect(await store().key("s", "fresh")).toBeUndefined();
      expect(await store().key("t", "k")).toEqual(keyOf("k"));
    });

    test("keys are compared exactly", async () => {
      const keys = ["k", "K", "k ", "ü", "u\u0308"];
      await commit(store(), { keys: keys.map((key) => keyOf(key, { fingerprint: key })) });
      for (const key of keys) expect((await store().key("s", key))?.fingerprint).toBe(key);
    });
  });
}
