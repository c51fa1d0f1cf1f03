import type { Store } from "../../store/store.js";
import { bytes, claimOf, commit, descriptorOf, entityOf, errorAt, eventAt, nameOf, plain, startOf } from "./batches.js";
import type { TestRunner } from "./runner.js";

/** What a store gives back is what it was given. */
export function exactConformance({ describe, expect, test }: TestRunner, store: () => Store): void {
  describe("what comes back", () => {
    test("ordinals above 2^53 are exact", async () => {
      const far = 2n ** 53n + 1n;
      const farther = 2n ** 63n - 1n;
      await commit(store(), {
        events: [eventAt(far, { previous: 0n }), eventAt(farther, { previous: far })],
        cursor: far,
        entities: [entityOf("a", { createdOrdinal: far, lastEventOrdinal: farther })],
        errors: [errorAt(farther)],
      });
      expect(await store().load("s")).toMatchObject({
        ordinal: farther,
        cursor: far,
        entities: [{ createdOrdinal: far, lastEventOrdinal: farther }],
      });
      expect((await store().events("s", { after: far })).map(plain)).toEqual([
        plain(eventAt(farther, { previous: far })),
      ]);
      expect((await store().errors("s")).map(({ ordinal }) => ordinal)).toEqual([farther]);
    });

    test("payloads are the bytes that were given, also none and zeros", async () => {
      const payloads = [new Uint8Array(), new Uint8Array([0, 255, 0]), new Uint8Array(100_000).fill(7)];
      await commit(store(), { events: payloads.map((payload, index) => eventAt(BigInt(index + 1), { payload })) });
      const read = await store().events("s");
      expect(read.map(plain)).toEqual(payloads.map((payload, index) => plain(eventAt(BigInt(index + 1), { payload }))));
      expect(typeof read[0]?.time).toBe("number");
    });

    test("an entity whose payload has no bytes is no tombstone", async () => {
      const entities = [entityOf("empty", { payload: new Uint8Array() }), entityOf("dead", { payload: undefined })];
      await commit(store(), { events: [eventAt(1n)], cursor: 1n, entities });
      const read = (await store().load("s"))?.entities ?? [];
      expect(read.map(({ id, payload }) => [id, payload?.length])).toEqual([["empty", 0]]);
      // Nor does it become one where it is written again as it was read.
      const payload = read[0]?.payload;
      const runs = [startOf("r", { input: payload ?? bytes("none") })];
      await commit(store(), { revision: 1, cursor: 1n, entities: [entityOf("again", { payload })], runs });
      const again = (await store().load("s"))?.entities.map(({ id, payload }) => [id, payload?.length]);
      expect(again).toEqual([
        ["again", 0],
        ["empty", 0],
      ]);
      expect((await store().runs("s"))[0]?.input.length).toBe(0);
    });

    test("all bytes are of the class Uint8Array, and of no other that drivers make, such as Buffer", async () => {
      const { key, sessionId, space, token } = claimOf("k", "token");
      const rejection = { code: "NO", message: "no", detail: { type: "x.Detail", payload: bytes("detail") } };
      await store().claim([claimOf("k", "token")]);
      await store().settle({ key, sessionId, space, token }, { firstOrdinal: 1n, lastOrdinal: 1n, rejection });
      await commit(store(), {
        events: [eventAt(1n)],
        cursor: 1n,
        entities: [entityOf("a")],
        runs: [startOf("r")],
        descriptors: [descriptorOf("A")],
      });
      const loaded = await store().load("s");
      const all = [
        ...(await store().events("s")).map(({ payload }) => payload),
        ...(loaded?.entities ?? []).map(({ payload }) => payload),
        ...(loaded?.runs ?? []).map(({ input }) => input),
        ...(await store().runs("s")).map(({ input }) => input),
        (await store().run({ sessionId: "s", id: "r" }))?.input,
        ...(await store().descriptors()).map(({ descriptor }) => descriptor),
        (await store().key(nameOf("k")))?.outcome?.rejection?.detail?.payload,
      ];
      expect(all.map((each) => each && Object.getPrototypeOf(each) === Uint8Array.prototype)).toEqual(
        Array.from({ length: 7 }, () => true),
      );
    });

    test("bytes that were read stay what they were, whatever is read and written afterwards", async () => {
      const eventsFrom = (first: number) =>
        Array.from({ length: 50 }, (_, index) =>
          eventAt(BigInt(first + index), { payload: bytes(`${first + index}`) }),
        );
      const read = async (after: bigint) => {
        const { entities = [], runs = [] } = (await store().load("s")) ?? {};
        const events = await store().events("s", { after, limit: 50 });
        return [...[...entities, ...events].map(({ payload }) => payload), ...runs.map(({ input }) => input)];
      };
      const textsOf = (all: Awaited<ReturnType<typeof read>>) => all.map((each) => new TextDecoder().decode(each));
      await commit(store(), {
        events: eventsFrom(1),
        cursor: 50n,
        entities: [entityOf("a", { payload: bytes("entity") })],
        runs: [startOf("r", { input: bytes("input") })],
      });
      const first = await read(0n);
      const texts = textsOf(first);
      expect(texts).toEqual(["entity", ...Array.from({ length: 50 }, (_, index) => `${index + 1}`), "input"]);
      await commit(store(), {
        revision: 1,
        events: eventsFrom(51),
        cursor: 100n,
        entities: [entityOf("a", { payload: bytes("ENTITY"), lastEventOrdinal: 100n })],
      });
      for (let time = 0; time < 20; time++) await read(50n);
      expect(textsOf(first)).toEqual(texts);
    });

    test("ids with any characters are kept apart and come back as they were", async () => {
      const ids = ["a\u0000b", "a\u0000c", "a", "\n", "👩‍👧", "é", "e\u0301", "x".repeat(2000), "'; --"];
      await commit(store(), { entities: ids.map((id) => entityOf(id)) });
      expect(new Set((await store().load("s"))?.entities.map(({ id }) => id))).toEqual(new Set(ids));
    });

    test("what applications choose comes back whole, with whatever is in it", async () => {
      const odd = "\ufeffa\u0000b\u0000";
      await commit(store(), {
        sessionId: odd,
        metadata: { [odd]: odd },
        events: [eventAt(1n, { meta: { identity: odd } })],
        errors: [errorAt(1n, { message: odd })],
        runs: [startOf(odd, { parent: odd, waitsFor: { for: "run", id: odd } })],
      });
      expect(await store().sessions()).toEqual([odd]);
      expect((await store().session(odd))?.metadata).toEqual({ [odd]: odd });
      expect((await store().events(odd))[0]?.meta).toEqual({ identity: odd });
      expect((await store().errors(odd))[0]?.message).toBe(odd);
      const run = { id: odd, parent: odd, waitsFor: { for: "run", id: odd } };
      expect(await store().runs(odd)).toMatchObject([run]);
      expect(await store().run({ sessionId: odd, id: odd })).toMatchObject(run);
      expect(await store().freeRuns({ names: ["Work"], now: 0, limit: 1 })).toMatchObject([
        { sessionId: odd, id: odd },
      ]);
    });
  });
}
