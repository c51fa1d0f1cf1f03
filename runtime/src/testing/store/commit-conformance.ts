import type { SessionBatch } from "../../store/batch.js";
import type { Store } from "../../store/store.js";
import { batchOf, bytes, commit, entityOf, errorAt, eventAt, everything, plain } from "./batches.js";
import type { TestRunner } from "./runner.js";

/** What a store promises of `commit`. */
export function commitConformance({ describe, expect, test }: TestRunner, store: () => Store): void {
  const conflict = expect.objectContaining({ name: "SessionstreamError", code: "ORDINAL_CONFLICT" });

  /** Refused with a conflict, and everything is as it was. */
  async function isRefused(more: Partial<SessionBatch>): Promise<void> {
    const before = await everything(store());
    expect(await store().commit([batchOf(more)])).toEqual([conflict]);
    expect(await everything(store())).toEqual(before);
  }

  describe("commit", () => {
    test("keeps events, entities, cursor and errors together", async () => {
      const batch = batchOf({
        metadata: { owner: "x", nested: [1, null] },
        events: [eventAt(1n), eventAt(2n)],
        cursor: 1n,
        entities: [entityOf("a")],
        errors: [errorAt(2n)],
      });
      expect(await store().commit([batch])).toEqual([undefined]);
      expect(await everything(store())).toEqual({
        session: {
          metadata: { owner: "x", nested: [1, null] },
          revision: 1,
          ordinal: 2n,
          cursor: 1n,
          failedAt: undefined,
          epoch: "first",
          entities: [plain(entityOf("a"))],
          runs: [],
        },
        events: [plain(eventAt(1n)), plain(eventAt(2n))],
        errors: [errorAt(2n)],
        runs: [],
      });
    });

    test("keeps the metadata of the first batch", async () => {
      await commit(store(), { metadata: { first: true }, events: [eventAt(1n)] });
      await commit(store(), { revision: 1, metadata: { second: true }, events: [eventAt(2n)] });
      expect((await store().session("s"))?.metadata).toEqual({ first: true });
    });

    test("counts the commits, also those without events", async () => {
      await commit(store());
      await commit(store(), { revision: 1 });
      expect(await store().session("s")).toEqual({
        metadata: {},
        revision: 2,
        ordinal: 0n,
        cursor: 0n,
        failedAt: undefined,
        epoch: "first",
      });
    });

    test("keeps the epoch until a batch renews it", async () => {
      const epoch = async () => (await store().session("s"))?.epoch;
      await commit(store(), { epoch: "a", events: [eventAt(1n)] });
      await commit(store(), { revision: 1, epoch: "a", events: [eventAt(2n)] });
      expect(await epoch()).toBe("a");
      await commit(store(), { revision: 2, epoch: "a", newEpoch: "b" });
      expect(await epoch()).toBe("b");
      await isRefused({ revision: 3, epoch: "a", events: [eventAt(3n)] });
      await commit(store(), { revision: 3, epoch: "b", events: [eventAt(3n)] });
      expect(await epoch()).toBe("b");
    });

    test("says of a batch whether it is in", async () => {
      const [first, refused, second] = [batchOf(), batchOf({ revision: 7 }), batchOf({ revision: 1 })];
      await store().commit([first]);
      await store().commit([refused]);
      await store().commit([second]);
      const isIn = await Promise.all([first, refused, second].map(({ id }) => store().hasBatch("s", id)));
      expect(isIn).toEqual([true, false, true]);
      expect(await store().hasBatch("t", first.id)).toBe(false);
    });

    test("of no batches does nothing", async () => {
      expect(await store().commit([])).toEqual([]);
    });

    test("refuses a batch that builds on another revision, and changes nothing", async () => {
      await isRefused({ revision: 1, events: [eventAt(1n)] });
      await commit(store(), { events: [eventAt(1n)], cursor: 1n, entities: [entityOf("a")] });
      const news = { events: [eventAt(2n)], cursor: 2n, entities: [entityOf("b")], errors: [errorAt(2n)] };
      await isRefused({ ...news, revision: 0 });
      await isRefused({ ...news, revision: 2 });
      await isRefused({ ...news, revision: 0, replaceTimeline: true });
    });

    test("tells each batch its own outcome, and one refusal does not touch the others", async () => {
      const outcomes = await store().commit([
        batchOf({ sessionId: "a", events: [eventAt(1n)] }),
        batchOf({ sessionId: "b", revision: 7, events: [eventAt(1n)] }),
        batchOf({ sessionId: "c", events: [eventAt(1n)] }),
      ]);
      expect(outcomes).toEqual([undefined, conflict, undefined]);
      const ordinals = await Promise.all(["a", "b", "c"].map(async (id) => (await store().session(id))?.ordinal));
      expect(ordinals).toEqual([1n, undefined, 1n]);
    });

    test("keeps sessions apart whose ids differ in as little as ids can", async () => {
      const ids = ["a", "A", "a ", "a\u0000", "a\u0000b", "ä", "a\u0308", "🙂", "\ufffd", "'", "%"];
      await store().commit(ids.map((sessionId, index) => batchOf({ sessionId, metadata: { index } })));
      for (const [index, id] of ids.entries()) expect((await store().session(id))?.metadata).toEqual({ index });
    });
  });

  describe("the log", () => {
    test("refuses events that it has already, or that do not rise", async () => {
      await commit(store(), { events: [eventAt(1n), eventAt(2n)] });
      await isRefused({ revision: 1, events: [eventAt(2n)] });
      await isRefused({ revision: 1, events: [eventAt(1n), eventAt(3n)], cursor: 2n, entities: [entityOf("a")] });
      await isRefused({ revision: 1, events: [eventAt(3n), eventAt(3n)] });
      await isRefused({ revision: 1, events: [eventAt(4n, { previous: 2n }), eventAt(3n)] });
    });

    test("takes gaps whose beginning is named, and refuses others", async () => {
      const far = eventAt(7n, { previous: 0n });
      await commit(store(), { events: [far, eventAt(8n), eventAt(20n, { previous: 8n })] });
      expect((await store().events("s")).map(({ ordinal, previous }) => [ordinal, previous])).toEqual([
        [7n, 0n],
        [8n, undefined],
        [20n, 8n],
      ]);
      await isRefused({ revision: 1, events: [eventAt(22n)] });
      await isRefused({ revision: 1, events: [eventAt(22n, { previous: 21n })] });
      await isRefused({ revision: 1, events: [eventAt(21n), eventAt(23n)] });
      await commit(store(), { revision: 1, events: [eventAt(22n, { previous: 20n })] });
    });

    test("refuses an event below its end where it has none", async () => {
      await commit(store(), { events: [eventAt(5n, { previous: 0n })] });
      await isRefused({ revision: 1, events: [eventAt(4n)] });
    });
  });

  describe("the cursor", () => {
    test("stays where a program commits that folds less, which has no entities then", async () => {
      await commit(store(), { events: [eventAt(1n), eventAt(2n)], cursor: 2n, entities: [entityOf("a")] });
      await commit(store(), { revision: 1, events: [eventAt(3n)], cursor: 1n });
      expect(await store().session("s")).toMatchObject({ ordinal: 3n, cursor: 2n });
      await commit(store(), { revision: 2, cursor: 0n, errors: [errorAt(3n)] });
      expect(await store().session("s")).toMatchObject({ revision: 3, cursor: 2n });
    });

    test("comes with the event at which the fold failed, until it did not", async () => {
      const failedAt = async () => (await store().session("s"))?.failedAt;
      await commit(store(), { events: [eventAt(1n), eventAt(2n)], cursor: 1n, failedAt: 2n });
      expect(await failedAt()).toBe(2n);
      await commit(store(), { revision: 1, events: [eventAt(3n)], cursor: 1n, failedAt: 2n });
      expect(await failedAt()).toBe(2n);
      await commit(store(), { revision: 2, cursor: 3n });
      expect(await failedAt()).toBeUndefined();
      await commit(store(), { revision: 3, events: [eventAt(4n)], cursor: 3n, failedAt: 4n });
      expect(await failedAt()).toBe(4n);
    });

    test("only moves forward", async () => {
      await commit(store(), { events: [eventAt(1n), eventAt(2n)], cursor: 2n });
      await isRefused({ revision: 1, cursor: 1n, entities: [entityOf("a")] });
      await commit(store(), { revision: 1, cursor: 2n });
      expect((await store().session("s"))?.cursor).toBe(2n);
    });

    test("moves back where the timeline is replaced", async () => {
      await commit(store(), { events: [eventAt(1n), eventAt(2n)], cursor: 2n, entities: [entityOf("a")] });
      await commit(store(), { revision: 1, cursor: 1n, replaceTimeline: true, entities: [entityOf("b")] });
      const loaded = await store().load("s");
      expect([loaded?.cursor, loaded?.ordinal, loaded?.entities.map(({ id }) => id)]).toEqual([1n, 2n, ["b"]]);
    });
  });

  describe("the timeline", () => {
    test("has the last state of each entity; a tombstone takes one away, and it can come back", async () => {
      await commit(store(), { entities: [entityOf("a"), entityOf("b")] });
      await commit(store(), {
        revision: 1,
        entities: [
          entityOf("a", { lastEventOrdinal: 2n, payload: bytes("changed") }),
          entityOf("b", { payload: undefined }),
        ],
      });
      const entities = async () => (await store().load("s"))?.entities.map(plain);
      expect(await entities()).toEqual([plain(entityOf("a", { lastEventOrdinal: 2n, payload: bytes("changed") }))]);
      const back = entityOf("b", { createdOrdinal: 3n, lastEventOrdinal: 3n, type: "x.Note2", payload: bytes("") });
      await commit(store(), { revision: 2, entities: [back] });
      expect((await entities())?.at(-1)).toEqual(plain(back));
    });

    test("that is replaced loses all others, and the log and the errors stay", async () => {
      await commit(store(), { events: [eventAt(1n)], entities: [entityOf("a"), entityOf("b")], errors: [errorAt(1n)] });
      await commit(store(), { revision: 1, replaceTimeline: true, entities: [] });
      expect(await everything(store())).toMatchObject({
        session: { ordinal: 1n, entities: [] },
        events: [plain(eventAt(1n))],
        errors: [errorAt(1n)],
      });
    });

    test("that is folded anew takes what failed before off the record, and then has its own failures on it", async () => {
      const steps = ["decode", "timeline-projection", "ui-projection"] as const;
      const errors = [1n, 2n, 3n, 4n].flatMap((ordinal) => steps.map((step) => errorAt(ordinal, { step })));
      for (const sessionId of ["s", "t"]) await commit(store(), { sessionId, errors });
      const onRecord = async (sessionId = "s") =>
        (await store().errors(sessionId)).map(({ ordinal, step, message }) => `${ordinal} ${step} ${message}`);
      await commit(store(), {
        revision: 1,
        mended: { after: 1n, to: 3n },
        errors: [errorAt(3n, { message: "again" })],
      });
      expect(await onRecord()).toEqual([
        "1 decode broken",
        "1 timeline-projection broken",
        "1 ui-projection broken",
        "2 ui-projection broken",
        "3 timeline-projection again",
        "3 ui-projection broken",
        "4 decode broken",
        "4 timeline-projection broken",
        "4 ui-projection broken",
      ]);
      await commit(store(), { revision: 2, replaceTimeline: true, mended: { after: 0n, to: 3n }, errors: [] });
      expect(await onRecord()).toEqual([4n].flatMap((ordinal) => steps.map((step) => `${ordinal} ${step} broken`)));
      expect(await onRecord("t")).toHaveLength(12);
    });

    test("with events that get another payload leaves all else of the log as it was", async () => {
      const events = [eventAt(1n), eventAt(4n, { previous: 1n, version: 2, meta: { identity: "i" } }), eventAt(5n)];
      for (const sessionId of ["s", "t"]) {
        await commit(store(), { sessionId, events, cursor: 5n, entities: [entityOf("a"), entityOf("b")] });
      }
      const before = await store().events("s");
      const anew = { newEpoch: "other", replaceTimeline: true, cursor: 5n, entities: [entityOf("a")] };
      const rewritten = [
        { ordinal: 4n, payload: bytes("") },
        { ordinal: 1n, payload: bytes("longer than it was before") },
      ];
      await expect(commit(store(), { ...anew, rewritten })).rejects.toMatchObject({ code: "ORDINAL_CONFLICT" });
      expect((await store().events("s")).map(plain)).toEqual(events.map(plain));
      await commit(store(), { ...anew, revision: 1, rewritten });
      const [first, second, third] = events.map(plain) as [object, object, object];
      expect(await everything(store())).toMatchObject({
        session: { revision: 2, ordinal: 5n, epoch: "other", entities: [plain(entityOf("a"))] },
        events: [{ ...first, payload: "longer than it was before" }, { ...second, payload: "" }, third],
      });
      expect(await store().events("s", { after: 1n, limit: 1 })).toMatchObject([{ ordinal: 4n, previous: 1n }]);
      expect((await store().events("t")).map(plain)).toEqual(events.map(plain));
      expect(before.map(plain)).toEqual(events.map(plain));
      await commit(store(), { revision: 2, epoch: "other", events: [eventAt(6n)], cursor: 6n });
      expect(await store().session("s")).toMatchObject({ revision: 3, ordinal: 6n });
    });

    test("that is refused takes nothing off the record", async () => {
      await commit(store(), { errors: [errorAt(1n)] });
      const late = { mended: { after: 0n, to: 1n }, replaceTimeline: true };
      await expect(commit(store(), late)).rejects.toMatchObject({ code: "ORDINAL_CONFLICT" });
      expect(await store().errors("s")).toEqual([errorAt(1n)]);
    });

    test("of one session is not touched by another's", async () => {
      await store().commit([
        batchOf({ sessionId: "a", entities: [entityOf("x", { payload: bytes("of a") })] }),
        batchOf({ sessionId: "b", entities: [entityOf("x", { payload: bytes("of b") })] }),
      ]);
      await commit(store(), { sessionId: "b", revision: 1, replaceTimeline: true });
      expect((await store().load("a"))?.entities.map(plain)).toEqual([
        plain(entityOf("x", { payload: bytes("of a") })),
      ]);
    });
  });
}
