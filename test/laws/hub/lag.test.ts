import { type MessageShape, toBinary } from "@bufbuild/protobuf";
import { Hub } from "@sessionstream/runtime";
import { type FailingStore, failingStore } from "@sessionstream/runtime/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cases, longer } from "../../fixtures/cases.js";
import { fold, plainEntities } from "../../fixtures/fold.js";
import { LabNote, LabNoteAppended, LabNoteDeleted, LabTrace } from "../../fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../fixtures/lab.js";
import { type Place, places, readAll } from "../../fixtures/stores.js";

// Law 2 where entities are stored later than their events: what is stored is the fold up to its cursor, and with the
// tail of the log the fold of all, for whoever loads, reads or resumes, after every step.

type Step =
  /** Larger texts make the entities due. */
  | {
      readonly do: "publish";
      readonly hub: number;
      readonly session: number;
      readonly number: number;
      readonly size: number;
      readonly many: number;
      readonly kind: "append" | "delete" | "recreate" | "trace";
    }
  /** Closes a hub, which stores what it has, or leaves it as a kill would, and makes another. */
  | { readonly do: "reopen"; readonly hub: number; readonly isKilled: boolean }
  | { readonly do: "fail"; readonly hub: number; readonly afterEffect: boolean }
  | { readonly do: "rebuild"; readonly hub: number; readonly session: number };

const index = fc.nat({ max: 1 });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant("publish" as const),
      hub: index,
      session: index,
      number: fc.nat({ max: 2 }),
      size: fc.constantFrom(1, 1, 6_000, 20_000),
      many: fc.integer({ min: 1, max: 3 }),
      kind: fc.constantFrom("append", "append", "delete", "recreate", "trace"),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("reopen" as const), hub: index, isKilled: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("fail" as const), hub: index, afterEffect: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("rebuild" as const), hub: index, session: index }) },
);

class World {
  readonly #place: Place;
  readonly #keepIdle: number;
  #hubs: { readonly hub: Hub; readonly store: FailingStore }[];
  #left: Hub[] = [];
  /** What a client of each session had when it last looked. */
  readonly #clients = new Map<
    string,
    { readonly since: bigint; readonly epoch: string; entities: Map<string, unknown> }
  >();

  constructor(place: Place, keepIdle: number) {
    this.#place = place;
    this.#keepIdle = keepIdle;
    this.#hubs = [this.#open(), this.#open()];
  }

  #open() {
    const store = failingStore(this.#place.open());
    return { store, hub: new Hub({ features: [labOf()], store, keepIdle: this.#keepIdle, onError: () => {} }) };
  }

  async run(each: Step): Promise<void> {
    const found = this.#hubs[each.hub];
    if (found === undefined) throw new Error("no such hub");
    const { hub, store } = found;
    switch (each.do) {
      case "publish": {
        const { number, size, kind } = each;
        const text = "x".repeat(size);
        const draft = {
          append: () => LabNoteAppended.of({ number, text }),
          delete: () => LabNoteDeleted.of({ number }),
          recreate: () => LabNoteDeleted.of({ number, anew: true }),
          trace: () => LabTrace.of({ text }),
        }[kind];
        const publishing = Array.from({ length: each.many }, () => hub.publish(`s${each.session}`, [draft()]));
        await Promise.allSettled(publishing);
        return;
      }
      case "reopen":
        if (each.isKilled) this.#left.push(hub);
        else await hub.close().catch(() => {});
        this.#hubs[each.hub] = this.#open();
        return;
      case "fail":
        store.failNext("commit", { afterEffect: each.afterEffect });
        return;
      case "rebuild":
        await hub.rebuild(`s${each.session}`).catch(() => {});
    }
  }

  async check(): Promise<void> {
    const { hub } = this.#hubs[0] ?? this.#open();
    const store = this.#place.open();
    for (const session of ["s0", "s1"]) {
      const stored = await store.load(session);
      if (stored === undefined) continue;
      const log = await readAll(store, session);
      expect(plainEntities(stored.entities), "what is stored").toEqual(fold(log, stored.cursor));
      const snapshot = await hub.snapshot(session);
      const shown = snapshot.entities.map(({ payload, ...entity }) => ({
        ...entity,
        type: LabNote.schema.typeName,
        payload: toBinary(LabNote.schema, payload as MessageShape<typeof LabNote.schema>),
      }));
      expect(plainEntities(shown), "with the tail").toEqual(fold(log, stored.ordinal));
      const notes = snapshot.list(LabNote);
      for (const other of this.#hubs) {
        expect((await other.hub.timeline(session)).list(LabNote), "in memory").toEqual(notes);
      }
      await this.#resume(hub, session);
    }
    await store.close();
  }

  /** A client that gets what changed shows what one shows that gets all. */
  async #resume(hub: Hub, session: string): Promise<void> {
    const had = this.#clients.get(session);
    const got = await hub.hydrate(session, had);
    const all = await hub.hydrate(session);
    const whole = new Map(all.snapshot.entities.map((entity) => [`${entity.kind} ${entity.id}`, entity]));
    let entities: Map<string, unknown> = whole;
    if (got.mode === "delta") {
      entities = new Map(had?.entities);
      for (const { kind, id } of got.deleted) entities.delete(`${kind} ${id}`);
      for (const entity of got.changed) entities.set(`${entity.kind} ${entity.id}`, entity);
      expect(new Set(entities.values()), "after a delta").toEqual(new Set(whole.values()));
      for (const { lastEventOrdinal } of [...got.changed, ...got.deleted]) {
        expect(lastEventOrdinal).toBeGreaterThan(had?.since ?? 0n);
      }
    }
    this.#clients.set(session, { since: all.snapshot.ordinal, epoch: all.epoch, entities });
  }

  /** Closes all hubs. They are made again for the next look. */
  async end(isLast: boolean): Promise<void> {
    await Promise.all([...this.#hubs.map(({ hub }) => hub), ...this.#left].map((hub) => hub.close().catch(() => {})));
    this.#left = [];
    this.#hubs = isLast ? [] : [this.#open(), this.#open()];
  }
}

describe.each(places)("on %s", (_, makePlace) => {
  test(
    "what is stored and the tail of the log are the fold, after each step of two hubs",
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 14 }), fc.constantFrom(0, 2 ** 26), async (steps, keepIdle) => {
          const world = new World(makePlace(), keepIdle);
          try {
            for (const each of steps) {
              await world.run(each);
              await world.check();
            }
            await world.end(false);
            await world.check();
          } finally {
            await world.end(true);
          }
        }),
        cases(20),
      );
    },
    longer(120_000),
  );
});
