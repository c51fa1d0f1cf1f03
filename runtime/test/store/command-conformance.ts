import type { Store } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import { batchOf, commandOf, commit, entityOf, errorAt, eventAt, everything } from "./batches.js";

/** What a store promises of commands under idempotency keys. */
export function commandConformance(store: () => Store): void {
  describe("commands", () => {
    test("are stored with what they published", async () => {
      const command = commandOf("k", { firstOrdinal: 1n, lastOrdinal: 2n });
      await commit(store(), { events: [eventAt(1n), eventAt(2n)], commands: [command] });
      expect(await store().command("s", "k")).toEqual(command);
      expect(await store().command("s", "other")).toBeUndefined();
      expect(await store().command("t", "k")).toBeUndefined();
    });

    test("move on to the last event that they published", async () => {
      await commit(store(), { events: [eventAt(1n)], commands: [commandOf("k")] });
      await commit(store(), { revision: 1, events: [eventAt(2n)], commands: [commandOf("k", { lastOrdinal: 2n })] });
      expect(await store().command("s", "k")).toEqual(commandOf("k", { lastOrdinal: 2n }));
    });

    test("may have published nothing, also in a session that begins with them", async () => {
      const nothing = commandOf("k", { firstOrdinal: 0n, lastOrdinal: 0n });
      await commit(store(), { commands: [nothing] });
      expect(await store().command("s", "k")).toEqual(nothing);
      expect(await store().session("s")).toMatchObject({ revision: 1, ordinal: 0n });
    });

    test.each([
      ["published other events", { firstOrdinal: 2n, lastOrdinal: 2n }],
      ["is another", { fingerprint: "something else" }],
    ])("one that %s under the same key is refused with all of its batch", async (_, more) => {
      await commit(store(), { events: [eventAt(1n)], commands: [commandOf("k")] });
      const before = await everything(store());
      const batch = batchOf({
        revision: 1,
        events: [eventAt(2n)],
        cursor: 2n,
        entities: [entityOf("a")],
        errors: [errorAt(2n)],
        commands: [commandOf("fresh", { firstOrdinal: 2n, lastOrdinal: 2n }), commandOf("k", more)],
      });
      const other = batchOf({ sessionId: "t", events: [eventAt(1n)], commands: [commandOf("k")] });
      const refusal = expect.objectContaining({ name: "SessionstreamError", code: "ALREADY_SUBMITTED" });
      expect(await store().commit([batch, other])).toEqual([refusal, undefined]);
      expect(await everything(store())).toEqual(before);
      expect(await store().command("s", "k")).toEqual(commandOf("k"));
      expect(await store().command("s", "fresh")).toBeUndefined();
      expect(await store().command("t", "k")).toEqual(commandOf("k"));
    });

    test("keys are compared exactly", async () => {
      const keys = ["k", "K", "k ", "ü", "u\u0308"];
      await commit(store(), { commands: keys.map((key) => commandOf(key, { fingerprint: key })) });
      for (const key of keys) expect((await store().command("s", key))?.fingerprint).toBe(key);
    });
  });
}
