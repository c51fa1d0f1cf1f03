import type { Store } from "../../store/store.js";
import { bytes, commit, descriptorOf, entityOf, errorAt, eventAt, nameOf, plain } from "./batches.js";
import type { TestRunner } from "./runner.js";

/** What a store promises of its readers. */
export function readConformance({ describe, expect, test }: TestRunner, store: () => Store): void {
  describe("reading", () => {
    test("a session that nothing was committed to finds nothing", async () => {
      expect(await store().session("nobody")).toBeUndefined();
      expect(await store().load("nobody")).toBeUndefined();
      expect(await store().events("nobody")).toEqual([]);
      expect(await store().errors("nobody")).toEqual([]);
      expect(await store().run({ sessionId: "nobody", id: "r" })).toBeUndefined();
      expect(await store().runs("nobody")).toEqual([]);
      expect(await store().key(nameOf("k", { sessionId: "nobody" }))).toBeUndefined();
    });

    test("sessions are listed in pages, in an order that stays, each once", async () => {
      expect(await store().sessions()).toEqual([]);
      const ids = [...Array.from({ length: 1100 }, (_, index) => `s${index}`), "ü", "🙂", "\u{ffff}", "a/b", " "];
      for (const sessionId of ids) await commit(store(), { sessionId });
      expect(await store().sessions()).toHaveLength(1000);
      const found: string[] = [];
      for (;;) {
        const after = found.at(-1);
        const page = await store().sessions({ limit: 300, ...(after !== undefined && { after }) });
        if (page.length === 0) break;
        found.push(...page);
      }
      expect([...found].sort()).toEqual([...ids].sort());
      expect(await store().sessions({ limit: 2000 })).toEqual(found);
    });

    test("events have the version that they were published with", async () => {
      await commit(store(), { events: [eventAt(1n), eventAt(2n, { version: 7 })] });
      expect((await store().events("s")).map(({ version }) => version)).toEqual([1, 7]);
    });

    test("events have what was known of where they come from, and nothing else", async () => {
      const trace = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", tracestate: "a=b" };
      const metas = [
        { identity: "ännä", command: "Do", key: "ff", cause: 2n ** 60n, trace },
        { command: "Do" },
        { cause: 1n },
      ];
      await commit(store(), {
        events: [eventAt(1n), ...metas.map((meta, index) => eventAt(BigInt(index + 2), { meta }))],
      });
      const read = await store().events("s");
      expect(read.map(({ meta }) => meta)).toEqual([undefined, ...metas]);
      expect(read[0] !== undefined && "meta" in read[0]).toBe(false);
    });

    test("schemas come with the first batch that has them, each once", async () => {
      const [a, b] = [descriptorOf("A"), descriptorOf("B", { version: 2 })];
      await commit(store(), { descriptors: [a] });
      await commit(store(), { revision: 1, descriptors: [b, descriptorOf("A", { descriptor: bytes("later") })] });
      await commit(store(), { revision: 2, descriptors: [descriptorOf("A", { hash: "2" })] });
      const read = await store().descriptors();
      expect(read.map(({ name, version, hash, type, mark }) => [mark, name, version, hash, type]).sort()).toEqual([
        ["event", "A", 1, "1", "x.A"],
        ["event", "A", 1, "2", "x.A"],
        ["event", "B", 2, "1", "x.B"],
      ]);
      expect(await store().eventNames()).toEqual(["A", "B"]);
    });

    test("tombstones come by themselves, those of events above an ordinal", async () => {
      const entities = [
        entityOf("old"),
        entityOf("dead-before", { payload: undefined }),
        entityOf("changed", { lastEventOrdinal: 3n }),
        entityOf("dead", { lastEventOrdinal: 2n, payload: undefined }),
        entityOf("dead-last", { createdOrdinal: 2n, lastEventOrdinal: 3n, payload: undefined }),
      ];
      await commit(store(), { events: [eventAt(1n), eventAt(2n), eventAt(3n)], cursor: 3n, entities });
      expect((await store().load("s"))?.entities.map(({ id }) => id)).toEqual(["old", "changed"]);
      const tombstones = async (after: bigint) => {
        const found = (await store().tombstones("s", after)) ?? [];
        expect(found.every(({ payload }) => payload === undefined)).toBe(true);
        return found
          .map(({ id, createdOrdinal, lastEventOrdinal }) => `${id} ${createdOrdinal} ${lastEventOrdinal}`)
          .sort();
      };
      expect(await tombstones(0n)).toEqual(["dead 1 2", "dead-before 1 1", "dead-last 2 3"]);
      expect(await tombstones(1n)).toEqual(["dead 1 2", "dead-last 2 3"]);
      expect(await tombstones(3n)).toEqual([]);
      expect(await store().tombstones("nobody", 0n)).toEqual([]);
      await commit(store(), {
        revision: 1,
        events: [eventAt(4n)],
        cursor: 4n,
        entities: [entityOf("dead", { createdOrdinal: 4n, lastEventOrdinal: 4n })],
      });
      expect(await tombstones(0n)).toEqual(["dead-before 1 1", "dead-last 2 3"]);
    });

    test("of many tombstones, the oldest may be gone, and a store says so where it does not have all", async () => {
      const most = 2000;
      const dead = (ordinal: number) =>
        entityOf(`dead ${ordinal}`, { lastEventOrdinal: BigInt(ordinal), payload: undefined });
      const entities = Array.from({ length: most }, (_, index) => dead(index + 1));
      await commit(store(), { events: [eventAt(1n)], cursor: 1n, entities: [...entities, entityOf("alive")] });
      expect(await store().tombstones("s", 0n)).toHaveLength(most);
      await commit(store(), { revision: 1, cursor: 1n, entities: [entityOf("more")] });
      expect(await store().tombstones("s", 0n)).toHaveLength(most);
      await commit(store(), { revision: 2, cursor: 1n, entities: [dead(most + 1)] });
      await commit(store(), { sessionId: "t", entities: [dead(1)] });
      // A store that keeps more is right, too.
      for (const after of [0n, 500n, 1000n, 1990n, 2001n]) {
        const found = await store().tombstones("s", after);
        if (after < 1000n && found === undefined) continue;
        expect(found?.map(({ lastEventOrdinal }) => lastEventOrdinal).sort((a, b) => (a < b ? -1 : 1))).toEqual(
          Array.from({ length: most + 1 - Number(after) }, (_, index) => after + BigInt(index + 1)),
        );
      }
      expect(await store().tombstones("t", 0n)).toHaveLength(1);
      expect((await store().load("s"))?.entities.map(({ id }) => id)).toEqual(["alive", "more"]);
      // One whose tombstone is gone can be created anew, and die again.
      const anew = entityOf("dead 1", { createdOrdinal: 2002n, lastEventOrdinal: 2002n });
      await commit(store(), { revision: 3, cursor: 1n, entities: [anew] });
      expect((await store().load("s"))?.entities.map(({ id }) => id)).toEqual(["alive", "more", "dead 1"]);
      await commit(store(), {
        revision: 4,
        cursor: 1n,
        entities: [{ ...anew, lastEventOrdinal: 2003n, payload: undefined }],
      });
      expect((await store().tombstones("s", 2001n))?.map(({ id }) => id)).toEqual(["dead 1"]);
    });

    test("a page of events ends with the one with which it has more bytes than it may", async () => {
      const payloads = [10, 10, 30, 1, 1].map((length) => new Uint8Array(length));
      await commit(store(), { events: payloads.map((payload, index) => eventAt(BigInt(index + 1), { payload })) });
      const ordinals = async (range: { after?: bigint; limit?: number; maxBytes?: number }) =>
        (await store().events("s", range)).map(({ ordinal }) => ordinal);
      expect(await ordinals({ maxBytes: 20 })).toEqual([1n, 2n, 3n]);
      expect(await ordinals({ maxBytes: 0 })).toEqual([1n]);
      expect(await ordinals({ after: 2n, maxBytes: 30 })).toEqual([3n, 4n]);
      expect(await ordinals({ after: 3n, maxBytes: 30 })).toEqual([4n, 5n]);
      expect(await ordinals({ limit: 1, maxBytes: 30 })).toEqual([1n]);
    });

    test("events come in order, above an ordinal, in pages", async () => {
      await commit(store(), { events: Array.from({ length: 1500 }, (_, index) => eventAt(BigInt(index + 1))) });
      const ordinals = async (range?: { after?: bigint; limit?: number }) =>
        (await store().events("s", range)).map(({ ordinal }) => ordinal);
      const from = (first: number, last: number) =>
        Array.from({ length: last - first + 1 }, (_, index) => BigInt(first + index));
      expect(await ordinals()).toEqual(from(1, 1000));
      expect(await ordinals({ after: 1000n })).toEqual(from(1001, 1500));
      expect(await ordinals({ after: 3n, limit: 2 })).toEqual([4n, 5n]);
      expect(await ordinals({ limit: 1 })).toEqual([1n]);
      expect(await ordinals({ limit: 0 })).toEqual([]);
      expect(await ordinals({ limit: 2000 })).toEqual(from(1, 1500));
      expect(await ordinals({ after: 1500n })).toEqual([]);
      expect(await ordinals({ after: -5n, limit: 1 })).toEqual([1n]);
    });

    test("entities that one event created come in its order", async () => {
      const inOrder = [
        entityOf("z", { position: 0, lastEventOrdinal: 9n }),
        entityOf("a", { position: 1, kind: "Z" }),
        entityOf("a", { position: 2, lastEventOrdinal: 3n }),
        entityOf("b", { createdOrdinal: 2n, position: 0 }),
      ];
      await commit(store(), { entities: [...inOrder].reverse() });
      expect((await store().load("s"))?.entities.map(plain)).toEqual(inOrder.map(plain));
    });

    test("entities without positions come by created ordinal, last event ordinal, kind and id, by UTF-16 code units", async () => {
      const inOrder = [
        entityOf("z", { createdOrdinal: 1n, lastEventOrdinal: 1n }),
        entityOf("a", { createdOrdinal: 1n, lastEventOrdinal: 10n }),
        entityOf("z", { createdOrdinal: 2n, lastEventOrdinal: 9n, kind: "A" }),
        entityOf("10", { createdOrdinal: 2n, lastEventOrdinal: 9n }),
        entityOf("9", { createdOrdinal: 2n, lastEventOrdinal: 9n }),
        // In UTF-8, and so for a database that compares bytes, these two are the other way round.
        entityOf("🙂", { createdOrdinal: 2n, lastEventOrdinal: 9n }),
        entityOf("\uffee", { createdOrdinal: 2n, lastEventOrdinal: 9n }),
        entityOf("\uffee", { createdOrdinal: 2n, lastEventOrdinal: 10n }),
      ];
      // Kind and id name an entity: the last is another than the one before it.
      const entities = [...inOrder.slice(0, 7), { ...inOrder[7], kind: "Z" } as (typeof inOrder)[0]];
      const unique = entities.map((entity, index) =>
        entity.id === "z" && index === 0 ? { ...entity, kind: "M" } : entity,
      );
      await commit(store(), { entities: [...unique].reverse() });
      expect((await store().load("s"))?.entities.map(plain)).toEqual(unique.map(plain));
    });

    test("errors come in the order of their events and steps, the last of each", async () => {
      const first = [errorAt(2n, { message: "first" }), errorAt(1n, { step: "decode", message: "ünïcode 🙂\n" })];
      const later = [errorAt(2n, { step: "ui-projection" }), errorAt(2n, { message: "last", time: 7 }), errorAt(10n)];
      await commit(store(), { errors: first });
      await commit(store(), { revision: 1, errors: later });
      const [ofUi, last, ofTen] = later;
      expect(await store().errors("s")).toEqual([first[1], last, ofUi, ofTen]);
    });

    test("errors come in pages, which have all errors of an event", async () => {
      const errors = Array.from({ length: 1100 }, (_, index) => BigInt(index + 1)).flatMap((ordinal) => [
        errorAt(ordinal),
        errorAt(ordinal, { step: "ui-projection" }),
      ]);
      await commit(store(), { errors });
      await commit(store(), { sessionId: "t", errors: [errorAt(1n)] });
      expect(await store().errors("s")).toEqual(errors.slice(0, 2000));
      expect(await store().errors("s", { limit: 2000 })).toEqual(errors);
      expect(await store().errors("s", { after: 3n, limit: 2 })).toEqual(errors.slice(6, 10));
      expect(await store().errors("s", { after: 1000n })).toEqual(errors.slice(2000));
      expect(await store().errors("s", { after: 1100n })).toEqual([]);
      expect(await store().errors("s", { limit: 0 })).toEqual([]);
    });

    test("what was read does not change with later commits", async () => {
      await commit(store(), { events: [eventAt(1n)], entities: [entityOf("a")], errors: [errorAt(1n)] });
      const read = [await store().load("s"), await store().events("s"), await store().errors("s")] as const;
      await commit(store(), {
        revision: 1,
        events: [eventAt(2n)],
        entities: [entityOf("b")],
        errors: [errorAt(2n)],
        cursor: 2n,
      });
      expect([read[0]?.revision, read[0]?.entities.length, read[1].length, read[2].length]).toEqual([1, 1, 1, 1]);
    });

    test("a session and its timeline are read at one instant, while others commit", async () => {
      await commit(store(), { events: [eventAt(1n)], cursor: 1n, entities: [entityOf("a")] });
      const reads: Promise<unknown>[] = [];
      for (let revision = 1; revision < 20; revision++) {
        const ordinal = BigInt(revision + 1);
        const committed = commit(store(), {
          revision,
          events: [eventAt(ordinal)],
          cursor: ordinal,
          entities: [entityOf("a", { lastEventOrdinal: ordinal })],
        });
        reads.push(
          store()
            .load("s")
            .then((read) => {
              expect([read?.ordinal, read?.entities[0]?.lastEventOrdinal]).toEqual([read?.cursor, read?.cursor]);
              expect(BigInt(read?.revision ?? 0)).toBe(read?.cursor);
            }),
        );
        await committed;
      }
      await Promise.all(reads);
    });
  });
}
