import { type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { type DescTimelineEntity, Hub } from "@sessionstream/runtime";
import type { StoredEvent } from "@sessionstream/runtime/store";
import { type FailingStore, failingStore } from "@sessionstream/runtime/testing";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { cases, longer } from "../../fixtures/cases.js";
import { fold, plainEntities } from "../../fixtures/fold.js";
import { CounterAddedEventSchema } from "../../fixtures/gen/lab/v1/lab_pb.js";
import {
  LabCounter,
  LabCounterAdded,
  LabNote,
  LabNoteAppended,
  LabNoteDeleted,
  LabTrace,
} from "../../fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../fixtures/lab.js";
import { type Place, places, readAll } from "../../fixtures/stores.js";

// Law 2 for the past: what a timeline was after any event is the fold of the log up to it, whatever checkpoints there are.

vi.mock("../../../runtime/dist/hub/project/checkpoint-distance.js", () => ({ checkpointDistance: 3 }));

type Step =
  | {
      readonly do: "publish";
      readonly hub: number;
      readonly number: number;
      /** Larger texts make the entities due, of which checkpoints are made. */
      readonly size: number;
      readonly many: number;
      readonly kind: "append" | "delete" | "recreate" | "trace" | "count" | "misfit";
    }
  /** Closes a hub, which stores what it has, or leaves it as a kill would, and makes another. */
  | { readonly do: "reopen"; readonly hub: number; readonly isKilled: boolean }
  | { readonly do: "fail"; readonly hub: number; readonly method: "commit" | "writeCheckpoint" }
  | { readonly do: "rebuild" | "retry" | "look"; readonly hub: number }
  | { readonly do: "delete"; readonly hub: number };

const kinds = [
  "append",
  "append",
  "append",
  "append",
  "delete",
  "delete",
  "recreate",
  "trace",
  "count",
  "misfit",
] as const;

const hub = fc.nat({ max: 1 });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      do: fc.constant("publish" as const),
      hub,
      number: fc.nat({ max: 3 }),
      size: fc.constantFrom(1, 1, 100, 20_000),
      many: fc.integer({ min: 1, max: 4 }),
      kind: fc.constantFrom(...kinds),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("reopen" as const), hub, isKilled: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("fail" as const),
      hub,
      method: fc.constantFrom("commit", "writeCheckpoint"),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("rebuild", "retry", "look", "look"), hub }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("delete" as const), hub }) },
);

/** How often a look into the past began with a checkpoint, and how often one was there before anybody looked. */
const found = { looks: 0, before: 0 };

class World {
  readonly #place: Place;
  readonly #timeline: "advance" | "fail";
  readonly #keepIdle: number;
  #hubs: { readonly hub: Hub; readonly store: FailingStore }[];
  #left: Hub[] = [];

  constructor(place: Place, timeline: "advance" | "fail", keepIdle: number) {
    this.#place = place;
    this.#timeline = timeline;
    this.#keepIdle = keepIdle;
    this.#hubs = [this.#open(), this.#open()];
  }

  #open() {
    const store = failingStore(this.#place.open());
    const onProjectionError = { timeline: this.#timeline };
    const keepIdle = this.#keepIdle;
    return { store, hub: new Hub({ features: [labOf()], store, keepIdle, onProjectionError, onError: () => {} }) };
  }

  async run(each: Step): Promise<void> {
    const { hub, store } = this.#hubs[each.hub] ?? this.#open();
    switch (each.do) {
      case "publish":
        await Promise.allSettled(
          Array.from({ length: each.many }, () => hub.publish("s", [draftOf(each.kind, each.number, each.size)])),
        );
        // Another session takes its place in the memory.
        if (each.number === 0) await hub.session(`other${each.size}`);
        return;
      case "reopen":
        if (each.isKilled) this.#left.push(hub);
        else await hub.close().catch(() => {});
        this.#hubs[each.hub] = this.#open();
        return;
      case "fail":
        store.failNext(each.method);
        return;
      case "look":
        await this.check();
        return;
      case "delete":
        await hub.delete("s").catch(() => {});
        return;
      default:
        await hub[each.do]("s").catch(() => {});
    }
  }

  async check(): Promise<void> {
    const store = this.#place.open();
    if ((await store.load("s"))?.checkpoint !== undefined) found.before++;
    for (const { hub } of this.#hubs) {
      const { cursor } = await hub.session("s");
      const log = await readAll(store, "s");
      const misfits = log.filter(isMisfit).map(({ ordinal }) => ordinal);
      for (let asOf = 1n; asOf <= cursor; asOf++) {
        if ((await store.readCheckpoint("s", asOf)) !== undefined) found.looks++;
        const { ordinal, entities, skipped } = await hub.snapshot("s", { asOf });
        const stored = entities.map(({ payload, ...entity }) => {
          const { schema }: DescTimelineEntity = entity.kind === "LabNote" ? LabNote : LabCounter;
          const bytes = toBinary(schema, payload as MessageShape<DescMessage>);
          return { ...entity, type: schema.typeName, payload: bytes };
        });
        expect(ordinal).toBe(asOf);
        expect(plainEntities(stored), `as of ${asOf}`).toEqual(fold(log, asOf, new Set(misfits)));
        // The timeline of today does not tell.
        if (asOf < cursor) expect(skipped.map((each) => each.ordinal)).toEqual(misfits.filter((each) => each <= asOf));
      }
    }
    await store.close();
  }

  async end(): Promise<void> {
    await Promise.all([...this.#hubs.map(({ hub }) => hub), ...this.#left].map((hub) => hub.close().catch(() => {})));
  }
}

function draftOf(kind: (Step & { do: "publish" })["kind"], number: number, size: number) {
  const text = "x".repeat(size);
  switch (kind) {
    case "append":
      return LabNoteAppended.of({ number, text });
    case "delete":
      return LabNoteDeleted.of({ number });
    case "recreate":
      return LabNoteDeleted.of({ number, anew: true });
    case "trace":
      return LabTrace.of({ text });
    case "count":
      return LabCounterAdded.of({ name: `c${number}`, amount: BigInt(size) });
    case "misfit":
      return LabCounterAdded.of({ name: `c${number}`, amount: 1n, neverFits: true });
  }
}

function isMisfit({ name, payload }: StoredEvent): boolean {
  return name === "LabCounterAdded" && fromBinary(CounterAddedEventSchema, payload).neverFits;
}

/** One in which there are checkpoints for sure. */
const long: Step = { do: "publish", hub: 0, number: 1, size: 20_000, many: 4, kind: "append" };
const sure: [Step[], number] = [[long, long, long, { ...long, kind: "delete" }, long], 0];

describe.each(places)("on %s", (name, makePlace) => {
  test.each(["fail", "advance"] as const)(
    "what a timeline was after each event is the fold up to it, for two hubs under the policy %s",
    async (timeline) => {
      Object.assign(found, { looks: 0, before: 0 });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 20 }), fc.constantFrom(0, 2 ** 26), async (steps, keepIdle) => {
          const world = new World(makePlace(), timeline, keepIdle);
          try {
            for (const each of steps) await world.run(each);
            await world.check();
          } finally {
            await world.end();
          }
        }),
        { ...cases(name === "memory" ? 25 : 10), examples: [sure] },
      );
      // Else the law was not tried.
      expect(found.looks).toBeGreaterThan(0);
      expect(found.before).toBeGreaterThan(0);
    },
    longer(120_000),
  );
});
