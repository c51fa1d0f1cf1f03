import type { KeyClaim, Store } from "../../store/store.js";
import type { StoredKey } from "../../store/stored.js";
import {
  batchOf,
  bytes,
  claimOf,
  commit,
  descriptorOf,
  entityOf,
  errorAt,
  eventAt,
  everything,
  keyOf,
  nameOf,
} from "./batches.js";
import type { TestRunner } from "./runner.js";

/** What a store promises of work under idempotency keys. */
export function keyConformance({ describe, expect, test }: TestRunner, store: () => Store): void {
  const claimed = expect.objectContaining({ name: "SessionstreamError", code: "KEY_CLAIMED" });
  const fingerprint = "what k does";
  const claim = async (more: KeyClaim): Promise<StoredKey | undefined> => (await store().claim([more]))[0]?.taken;

  describe("a key of work that is one commit", () => {
    test("is stored with what was published, and the work is done", async () => {
      await commit(store(), { events: [eventAt(1n), eventAt(2n)], keys: [keyOf("k", { lastOrdinal: 2n })] });
      const outcome = { firstOrdinal: 1n, lastOrdinal: 2n };
      expect(await store().key(nameOf("k"))).toEqual({ fingerprint, outcome, owner: undefined });
      expect(await store().key(nameOf("other"))).toBeUndefined();
      expect(await store().key(nameOf("k", { sessionId: "t" }))).toBeUndefined();
      expect(await store().key(nameOf("k", { space: "b" }))).toBeUndefined();
    });

    test.each([
      ["again", {}],
      ["by other work", { fingerprint: "something else" }],
    ])("is refused with all of its batch where it is there already, %s", async (_, more) => {
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
      const refusal = expect.objectContaining({ context: { sessionId: "s", space: "a", key: "k" } });
      const outcomes = await store().commit([batch, other]);
      expect(outcomes).toEqual([claimed, undefined]);
      expect(outcomes).toEqual([refusal, undefined]);
      expect(await everything(store())).toEqual(before);
      expect((await store().key(nameOf("k")))?.outcome?.lastOrdinal).toBe(1n);
      expect(await store().key(nameOf("fresh"))).toBeUndefined();
      expect(await store().key(nameOf("k", { sessionId: "t" }))).toBeDefined();
    });

    test("is refused while others have a claim on it", async () => {
      await claim(claimOf("k", "t1"));
      expect(await store().commit([batchOf({ events: [eventAt(1n)], keys: [keyOf("k")] })])).toEqual([claimed]);
    });

    test("keys are compared exactly, and those of other spaces are others", async () => {
      const keys = ["k", "K", "k ", "ü", "u\u0308"];
      await commit(store(), { keys: keys.map((key) => keyOf(key, { fingerprint: key })) });
      await commit(store(), {
        revision: 1,
        keys: keys.map((key) => keyOf(key, { space: "b", fingerprint: `b ${key}` })),
      });
      for (const key of keys) {
        expect((await store().key(nameOf(key)))?.fingerprint).toBe(key);
        expect((await store().key(nameOf(key, { space: "b" })))?.fingerprint).toBe(`b ${key}`);
      }
    });
  });

  describe("a claim", () => {
    test("is given once, also before the session begins, and moves nothing", async () => {
      const answers = await store().claim([claimOf("k", "t1"), claimOf("l", "t1")]);
      expect(answers).toEqual([
        { taken: undefined, head: undefined },
        { taken: undefined, head: undefined },
      ]);
      const running: StoredKey = { fingerprint, outcome: undefined, owner: { token: "t1", beat: 0 } };
      expect(await claim(claimOf("k", "t2"))).toEqual(running);
      expect(await claim(claimOf("k", "t2", { fingerprint: "something else" }))).toEqual(running);
      expect(await store().key(nameOf("k"))).toEqual(running);
      expect(await store().session("s")).toBeUndefined();
      expect(await store().sessions()).toEqual([]);
      await commit(store());
      await claim(claimOf("m", "t3"));
      expect((await store().session("s"))?.revision).toBe(1);
    });

    test("tells where the session stands, whether it is given or not", async () => {
      await commit(store());
      await commit(store(), { revision: 1, newEpoch: "second" });
      const head = { revision: 2, epoch: "second" };
      expect(await store().claim([claimOf("k", "t1")])).toEqual([{ taken: undefined, head }]);
      expect(await store().claim([claimOf("k", "t2")])).toMatchObject([{ taken: { owner: { token: "t1" } }, head }]);
    });

    test("lets its work publish in several commits", async () => {
      await claim(claimOf("k", "t1"));
      await commit(store(), { events: [eventAt(1n)], keys: [keyOf("k", { token: "t1" })] });
      const second = { token: "t1", firstOrdinal: 2n, lastOrdinal: 3n };
      await commit(store(), { revision: 1, events: [eventAt(2n), eventAt(3n)], keys: [keyOf("k", second)] });
      const outcome = { firstOrdinal: 1n, lastOrdinal: 3n };
      expect(await store().key(nameOf("k"))).toEqual({ fingerprint, outcome, owner: { token: "t1", beat: 0 } });
      await store().settle({ ...nameOf("k"), token: "t1" }, outcome);
      expect(await store().key(nameOf("k"))).toEqual({ fingerprint, outcome, owner: undefined });
    });

    test("that is finished has what it published as its outcome, also after the store was closed", async () => {
      await claim(claimOf("k", "t1"));
      await commit(store(), { events: [eventAt(1n)], keys: [keyOf("k", { token: "t1" })] });
      const published = { firstOrdinal: 1n, lastOrdinal: 1n };
      await store().finish({ ...nameOf("k"), token: "another" }, published);
      await store().finish({ ...nameOf("k"), token: "t1" }, published);
      const begun = Date.now();
      let stored = await store().key(nameOf("k"));
      while (stored?.owner !== undefined && Date.now() - begun < 5000) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        stored = await store().key(nameOf("k"));
      }
      expect(stored).toEqual({ fingerprint, outcome: { firstOrdinal: 1n, lastOrdinal: 1n }, owner: undefined });
    });

    test("that is settled without an outcome leaves the key free", async () => {
      await claim(claimOf("k", "t1"));
      await store().settle({ ...nameOf("k"), token: "t1" }, undefined);
      expect(await store().key(nameOf("k"))).toBeUndefined();
      expect(await claim(claimOf("k", "t2", { fingerprint: "something else" }))).toBeUndefined();
    });

    test("that is settled without an outcome is done where its work has published", async () => {
      await claim(claimOf("k", "t1"));
      await commit(store(), { events: [eventAt(1n)], keys: [keyOf("k", { token: "t1" })] });
      await store().settle({ ...nameOf("k"), token: "t1" }, undefined);
      const done: StoredKey = { fingerprint, outcome: { firstOrdinal: 1n, lastOrdinal: 1n }, owner: undefined };
      expect(await store().key(nameOf("k"))).toEqual(done);
      expect(await claim(claimOf("k", "t2"))).toEqual(done);
    });

    test("that is settled keeps a rejection with its detail", async () => {
      await claim(claimOf("k", "t1"));
      const rejection = { code: "CLOSED", message: "ünïcode", detail: { type: "x.Detail", payload: bytes("\u0000ÿ") } };
      const outcome = { firstOrdinal: 0n, lastOrdinal: 0n, rejection };
      await store().settle({ ...nameOf("k"), token: "t1" }, outcome);
      const stored = await claim(claimOf("k", "t2"));
      expect(stored).toMatchObject({
        outcome: { rejection: { code: "CLOSED", message: "ünïcode" } },
        owner: undefined,
      });
      expect(Buffer.from(stored?.outcome?.rejection?.detail?.payload ?? []).equals(rejection.detail.payload)).toBe(
        true,
      );
      expect(stored?.outcome?.rejection?.detail?.type).toBe("x.Detail");
      await claim(claimOf("l", "t3"));
      await store().settle({ ...nameOf("l"), token: "t3" }, { ...outcome, rejection: { code: "A", message: "b" } });
      expect((await store().key(nameOf("l")))?.outcome?.rejection).toEqual({ code: "A", message: "b" });
    });

    test("of another token settles nothing and publishes nothing", async () => {
      await claim(claimOf("k", "t1"));
      await store().settle({ ...nameOf("k"), token: "t2" }, { firstOrdinal: 1n, lastOrdinal: 1n });
      await store().settle({ ...nameOf("k"), token: "t2" }, undefined);
      expect((await store().key(nameOf("k")))?.owner?.token).toBe("t1");
      const batch = batchOf({ events: [eventAt(1n)], keys: [keyOf("k", { token: "t2" })] });
      expect(await store().commit([batch])).toEqual([claimed]);
      expect(await store().session("s")).toBeUndefined();
    });

    test("is taken over where the process is as silent as it was, and then only by one", async () => {
      await claim(claimOf("k", "t1", { process: "dead" }));
      const from = { token: "t1", beat: 0 };
      await store().beat("dead");
      // It has beaten since.
      expect(await claim(claimOf("k", "t2", { from }))).toMatchObject({ owner: { token: "t1", beat: 1 } });
      expect(await claim(claimOf("k", "t2", { from: { token: "t1", beat: 1 } }))).toBeUndefined();
      expect(await claim(claimOf("k", "t3", { from: { token: "t1", beat: 1 } }))).toMatchObject({
        owner: { token: "t2" },
      });
      const late = batchOf({ events: [eventAt(1n)], keys: [keyOf("k", { token: "t1" })] });
      expect(await store().commit([late])).toEqual([claimed]);
    });

    test("that is taken over frees the other claims of its process", async () => {
      await store().claim([claimOf("k", "t1", { process: "dead" }), claimOf("l", "t2", { process: "dead" })]);
      await claim(claimOf("k", "t3", { from: { token: "t1", beat: 0 } }));
      expect((await store().key(nameOf("l")))?.owner).toEqual({ token: "t2", beat: undefined });
      expect((await store().key(nameOf("k")))?.owner).toEqual({ token: "t3", beat: 0 });
    });

    test("that is taken over keeps what was published", async () => {
      await claim(claimOf("k", "t1", { process: "dead" }));
      await commit(store(), { events: [eventAt(1n)], keys: [keyOf("k", { token: "t1" })] });
      await claim(claimOf("k", "t2", { from: { token: "t1", beat: 0 } }));
      expect((await store().key(nameOf("k")))?.outcome).toEqual({ firstOrdinal: 1n, lastOrdinal: 1n });
    });

    test("of a process that left has no heart any more", async () => {
      await store().claim([claimOf("k", "t1", { process: "gone" }), claimOf("l", "t2", { process: "there" })]);
      await store().leave("gone");
      const beats = ["k", "l"].map(async (key) => (await store().key(nameOf(key)))?.owner?.beat);
      expect(await Promise.all(beats)).toEqual([undefined, 0]);
      expect(await claim(claimOf("k", "t3", { from: { token: "t1", beat: undefined } }))).toBeUndefined();
    });

    test("brings the schema of its command", async () => {
      const descriptor = descriptorOf("Do", { mark: "command" });
      await claim(claimOf("k", "t1", { descriptor }));
      await claim(claimOf("k", "t2", { descriptor: descriptorOf("Other", { mark: "command" }) }));
      expect((await store().descriptors()).map(({ name }) => name)).toEqual(["Do"]);
      expect(await store().eventNames()).toEqual([]);
    });
  });
}
