import type { NewCheckpoint } from "../../store/checkpoint.js";
import { mostTombstones } from "../../store/rules.js";
import type { Store } from "../../store/store.js";
import type { Checkpoint, StoredEntity } from "../../store/stored.js";
import { commit, entityOf, eventAt, everything, plain } from "./batches.js";
import type { TestRunner } from "./runner.js";

/** What a store promises of checkpoints. */
export function checkpointConformance({ describe, expect, test }: TestRunner, store: () => Store): void {
  /** A session of ten events, in its first revision. */
  async function begin(epoch = "first"): Promise<void> {
    const events = Array.from({ length: 10 }, (_, index) => eventAt(BigInt(index + 1)));
    await commit(store(), { epoch, events, cursor: 10n });
  }

  function write(
    ordinal: bigint,
    entities: readonly StoredEntity[],
    more: Partial<NewCheckpoint> = {},
  ): Promise<Checkpoint | undefined> {
    const given = { ordinal, epoch: "first", after: 0n, isFull: more.after === undefined, ...more };
    return store().writeCheckpoint("s", given, inPartsOf(entities));
  }

  async function at(ordinal: bigint, from = store()): Promise<unknown> {
    const past = await from.readCheckpoint("s", ordinal);
    return past && [past.checkpoint.ordinal, ...past.entities.map(textOf).sort()];
  }

  describe("a checkpoint", () => {
    test("has all entities, or with those below it what changed, and is read from its ordinal on", async () => {
      await begin();
      const [a, b] = [entityOf("a"), entityOf("b")];
      const first = await write(2n, [a, b]);
      expect(first).toEqual({ ordinal: 2n, base: 2n, bytes: first?.bytes, baseBytes: first?.bytes, addedBytes: 0 });
      const second = await write(4n, [changed("a", 4n), gone("b", 3n), entityOf("c")], { after: 2n });
      expect(second).toEqual({ ...first, ordinal: 4n, bytes: second?.bytes, addedBytes: second?.bytes });
      const third = await write(5n, [changed("b", 5n)], { after: 4n });
      expect(third?.addedBytes).toBe((second?.bytes ?? 0) + (third?.bytes ?? 0));
      const full = await write(7n, [entityOf("d")], { after: 5n, isFull: true });
      expect(full).toMatchObject({ ordinal: 7n, base: 7n, addedBytes: 0 });
      expect(await at(1n)).toBeUndefined();
      expect([await at(2n), await at(3n)]).toEqual([
        [2n, "a: entity a", "b: entity b"],
        [2n, "a: entity a", "b: entity b"],
      ]);
      expect(await at(4n)).toEqual([4n, "a: changed at 4", "c: entity c"]);
      expect(await at(6n)).toEqual([5n, "a: changed at 4", "b: changed at 5", "c: entity c"]);
      expect(await at(99n)).toEqual([7n, "d: entity d"]);
    });

    test("counts about what its entities take", async () => {
      await begin();
      const small = await write(1n, [entityOf("a")]);
      const large = await write(2n, [changed("a", 2n, "x".repeat(10_000))], { after: 1n });
      expect((large?.bytes ?? 0) - (small?.bytes ?? 0)).toBeGreaterThan(9_000);
    });

    test("changes nothing else", async () => {
      await begin();
      const before = await everything(store());
      await write(2n, [entityOf("a")]);
      const { checkpoint, ...after } = (await store().load("s")) ?? {};
      expect(checkpoint).toMatchObject({ ordinal: 2n, deletedSince: [] });
      expect(await everything(store())).toEqual({ ...(before as object), session: { ...after, checkpoint } });
      await commit(store(), { revision: 1, events: [eventAt(11n)], cursor: 11n });
    });

    test("is loaded without tombstones where the oldest of many are gone", async () => {
      await begin();
      await write(2n, [entityOf("a")]);
      const entities = Array.from({ length: mostTombstones + 1 }, (_, index) => gone(`${index}`, 3n));
      await commit(store(), { revision: 1, cursor: 10n, entities });
      const { checkpoint } = (await store().load("s")) ?? {};
      expect(checkpoint).toMatchObject({ ordinal: 2n });
      expect(checkpoint?.deletedSince).toBeUndefined();
    });

    test("is loaded without tombstones where it is below the cursor of a timeline that took another's place", async () => {
      await begin();
      await commit(store(), { revision: 1, cursor: 10n, entities: [gone("a", 3n)] });
      await commit(store(), { revision: 2, cursor: 10n, newEpoch: "second", replaceTimeline: true });
      await write(2n, [entityOf("a")], { epoch: "second" });
      expect((await store().load("s"))?.checkpoint).toMatchObject({ ordinal: 2n, deletedSince: undefined });
      await write(10n, [], { epoch: "second", after: 2n });
      expect((await store().load("s"))?.checkpoint).toMatchObject({ ordinal: 10n, deletedSince: [] });
    });

    test("is loaded with its session: the newest, and the tombstones above it", async () => {
      await begin();
      expect((await store().load("s"))?.checkpoint).toBeUndefined();
      await write(2n, [entityOf("a")]);
      const newest = await write(4n, [], { after: 2n });
      const entities = [gone("old", 4n), gone("new", 5n), changed("alive", 6n)];
      await commit(store(), { revision: 1, cursor: 10n, entities });
      const { checkpoint } = (await store().load("s")) ?? {};
      expect({ ...checkpoint, deletedSince: checkpoint?.deletedSince?.map(plain) }).toEqual({
        ...newest,
        deletedSince: [plain(gone("new", 5n))],
      });
    });

    test("may come later, between others", async () => {
      await begin();
      await write(2n, [entityOf("a"), entityOf("b")]);
      await write(6n, [changed("a", 6n), gone("b", 3n)], { after: 2n });
      await write(4n, [changed("a", 4n), gone("b", 3n)], { after: 2n });
      await write(5n, [changed("a", 5n)], { after: 4n, isFull: true });
      expect([await at(4n), await at(5n), await at(6n)]).toEqual([
        [4n, "a: changed at 4"],
        [5n, "a: changed at 5"],
        [6n, "a: changed at 6"],
      ]);
    });

    test("that does not build on the one below is not written, and its maker is told which that is", async () => {
      await begin();
      const first = await write(2n, [entityOf("a")]);
      expect(await write(4n, [entityOf("b")])).toEqual(first);
      expect(await write(4n, [entityOf("b")], { after: 3n })).toEqual(first);
      expect(await write(2n, [entityOf("b")])).toEqual(first);
      expect(await at(9n)).toEqual([2n, "a: entity a"]);
    });

    test("of two that are made at once, one is written", async () => {
      await begin();
      const made = await Promise.all([write(2n, [entityOf("a")]), write(3n, [entityOf("a")])]);
      const past = await store().readCheckpoint("s", 9n);
      expect(made).toContainEqual(past?.checkpoint);
      const { checkpoint } = past ?? {};
      const next = await write(4n, [changed("a", 4n)], { after: checkpoint?.ordinal ?? 0n, isFull: false });
      expect(next).toMatchObject({ ordinal: 4n, base: checkpoint?.ordinal });
    });

    test("of which the parts fail leaves nothing, and can be made again", async () => {
      await begin();
      async function* parts() {
        yield [entityOf("a")];
        throw new Error("cannot be encoded");
      }
      const given = { ordinal: 2n, epoch: "first", after: 0n, isFull: true };
      await expect(store().writeCheckpoint("s", given, parts())).rejects.toThrow("cannot be encoded");
      expect([await at(9n), (await store().load("s"))?.checkpoint]).toEqual([undefined, undefined]);
      await write(2n, [entityOf("b")]);
      expect(await at(9n)).toEqual([2n, "b: entity b"]);
    });

    test("is not found before it is written whole", async () => {
      await begin();
      const seen: unknown[] = [];
      async function* parts() {
        yield [entityOf("a")];
        seen.push(await at(9n), (await store().load("s"))?.checkpoint);
        yield [entityOf("b")];
      }
      await store().writeCheckpoint("s", { ordinal: 2n, epoch: "first", after: 0n, isFull: true }, parts());
      expect(seen).toEqual([undefined, undefined]);
      expect(await at(9n)).toEqual([2n, "a: entity a", "b: entity b"]);
    });

    test("with thousands of entities is read whole", async () => {
      await begin();
      const many = Array.from({ length: 3000 }, (_, index) => entityOf(`e${index}`));
      await write(2n, many);
      await write(4n, [gone("e7", 4n), changed("e8", 4n)], { after: 2n });
      const left = many.slice(9).map(textOf);
      const first = many.slice(0, 7).map(textOf);
      expect(await at(4n)).toEqual([4n, ...[...first, "e8: changed at 4", ...left].sort()]);
    });

    test("ends with the timeline that it is of", async () => {
      await begin();
      await write(2n, [entityOf("a")]);
      await commit(store(), { revision: 1, cursor: 10n, newEpoch: "second", replaceTimeline: true });
      expect([await at(9n), (await store().load("s"))?.checkpoint]).toEqual([undefined, undefined]);
      expect(await write(3n, [entityOf("late")])).toBeUndefined();
      expect(await write(3n, [entityOf("late")], { after: 2n })).toBeUndefined();
      expect(await at(9n)).toBeUndefined();
      await write(3n, [entityOf("b")], { epoch: "second" });
      expect(await at(9n)).toEqual([3n, "b: entity b"]);
    });

    test("outlives a repair that goes on with the timeline", async () => {
      await begin();
      await write(2n, [entityOf("a")]);
      await commit(store(), { revision: 1, cursor: 10n, newEpoch: "second" });
      expect(await at(9n)).toEqual([2n, "a: entity a"]);
      expect(await write(3n, [entityOf("b")], { after: 2n })).toBeUndefined();
      await write(3n, [entityOf("b")], { after: 2n, epoch: "second" });
      expect(await at(9n)).toEqual([3n, "a: entity a", "b: entity b"]);
    });

    test("ends where the timeline is folded under something else, and stays where it is the same", async () => {
      await begin();
      const under = (version: number, more = {}) => ({ A: { version, hash: "1" }, ...more });
      await commit(store(), { revision: 1, cursor: 10n, foldedUnder: under(1) });
      await write(2n, [entityOf("a")]);
      const other = { B: { version: 1, hash: "1" } };
      await commit(store(), { revision: 2, cursor: 10n, foldedUnder: under(1, other) });
      await commit(store(), { revision: 3, cursor: 10n, events: [eventAt(11n)] });
      expect(await at(9n)).toEqual([2n, "a: entity a"]);
      await commit(store(), { revision: 4, cursor: 10n, foldedUnder: under(2, other) });
      expect([await at(9n), (await store().load("s"))?.checkpoint]).toEqual([undefined, undefined]);
    });

    test("is void if the timeline is replaced while it is written", async () => {
      await begin();
      async function* parts() {
        yield [entityOf("a")];
        await commit(store(), { revision: 1, cursor: 10n, newEpoch: "second", replaceTimeline: true });
        yield [entityOf("b")];
      }
      const given = { ordinal: 2n, epoch: "first", after: 0n, isFull: true };
      expect(await store().writeCheckpoint("s", given, parts())).toBeUndefined();
      expect(await at(9n)).toBeUndefined();
      await write(3n, [entityOf("c")], { epoch: "second" });
      expect(await at(9n)).toEqual([3n, "c: entity c"]);
    });

    test("is void if the timeline is folded otherwise while it is written", async () => {
      await begin();
      const under = (version: number) => ({ A: { version, hash: "1" } });
      await commit(store(), { revision: 1, cursor: 10n, foldedUnder: under(1) });
      async function* parts() {
        yield [entityOf("a")];
        await commit(store(), { revision: 2, cursor: 10n, foldedUnder: under(2) });
        yield [entityOf("b")];
      }
      const given = { ordinal: 2n, epoch: "first", after: 0n, isFull: true };
      expect(await store().writeCheckpoint("s", given, parts())).toBeUndefined();
      expect(await at(9n)).toBeUndefined();
    });

    test("is not written by who folds the timeline otherwise", async () => {
      await begin();
      const under = (version: number, hash = "1") => ({ A: { version, hash } });
      await commit(store(), { revision: 1, cursor: 10n, foldedUnder: { ...under(2), B: { version: 1, hash: "1" } } });
      expect(await write(2n, [entityOf("a")], { foldedUnder: under(1) })).toBeUndefined();
      expect(await write(2n, [entityOf("a")], { foldedUnder: under(2, "2") })).toBeUndefined();
      expect(await at(9n)).toBeUndefined();
      await write(2n, [entityOf("b")], { foldedUnder: { ...under(2), C: { version: 1, hash: "1" } } });
      expect(await at(9n)).toEqual([2n, "b: entity b"]);
    });

    test("goes with its session, also while it is written", async () => {
      await begin();
      await write(2n, [entityOf("a")]);
      async function* parts() {
        yield [entityOf("b")];
        await store().delete("s");
        await begin("other");
        yield [entityOf("c")];
      }
      const given = { ordinal: 3n, epoch: "first", after: 2n, isFull: false };
      expect(await store().writeCheckpoint("s", given, parts())).toBeUndefined();
      expect([await at(9n), (await store().load("s"))?.checkpoint]).toEqual([undefined, undefined]);
      expect(await write(3n, [entityOf("d")])).toBeUndefined();
      await write(3n, [entityOf("d")], { epoch: "other" });
      expect(await at(9n)).toEqual([3n, "d: entity d"]);
    });

    test("of a session that is not there is not written", async () => {
      expect(await write(3n, [entityOf("a")])).toBeUndefined();
      expect(await at(9n)).toBeUndefined();
      expect(await store().sessions()).toEqual([]);
    });
  });
}

function changed(id: string, ordinal: bigint, text = `changed at ${ordinal}`): StoredEntity {
  return entityOf(id, { lastEventOrdinal: ordinal, payload: new TextEncoder().encode(text) });
}

function gone(id: string, ordinal: bigint): StoredEntity {
  return entityOf(id, { lastEventOrdinal: ordinal, payload: undefined });
}

function textOf({ id, payload }: StoredEntity): string {
  return `${id}: ${payload && new TextDecoder().decode(payload)}`;
}

async function* inPartsOf(entities: readonly StoredEntity[]): AsyncGenerator<readonly StoredEntity[]> {
  for (let at = 0; at < entities.length; at += 500) yield entities.slice(at, at + 500);
}
