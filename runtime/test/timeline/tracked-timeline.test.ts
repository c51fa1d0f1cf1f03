import { toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { cases } from "../../../test/fixtures/cases.js";
import { NoteEntitySchema } from "../../../test/fixtures/gen/lab/v1/lab_pb.js";
import { SchemaRegistry } from "../../src/schema/registry.js";
import { type TimelineChange, timelineEntity } from "../../src/schema/timeline-entity.js";
import type { StoredEntity } from "../../src/store/stored.js";
import { toStored } from "../../src/timeline/entry.js";
import type { TimelineImage } from "../../src/timeline/image.js";
import type { TimelineEntity } from "../../src/timeline/snapshot.js";
import { Timeline } from "../../src/timeline/timeline.js";
import { TrackedTimeline } from "../../src/timeline/tracked-timeline.js";

const Note = timelineEntity<"Note", typeof NoteEntitySchema, number>("Note", NoteEntitySchema, "number");
const registry = new SchemaRegistry();
registry.registerTimelineEntity("Note", NoteEntitySchema, "number");

/** What an event does to a note: undefined deletes it. */
interface Change {
  readonly number: number;
  readonly text: string | undefined;
}

type Step =
  /** Events that go together, or are refused together. */
  | { readonly do: "apply"; readonly events: readonly (readonly Change[])[]; readonly isRefused: boolean }
  | { readonly do: "take" }
  /** Events go to the store, and what they changed later. */
  | { readonly do: "defer" }
  | { readonly do: "settle" }
  | { readonly do: "fail" }
  /** A checkpoint of what is durable: full, or of what changed since the last one. */
  | { readonly do: "trace"; readonly isFull: boolean }
  /** Events of another process follow, which the store has folded or not. */
  | { readonly do: "follow"; readonly events: readonly (readonly Change[])[]; readonly isFolded: boolean };

const event = fc.array(
  fc.record({
    number: fc.nat({ max: 3 }),
    text: fc.option(fc.string({ maxLength: 2 }), { nil: undefined, freq: 2 }),
  }),
  { maxLength: 3 },
);
const events = fc.array(event, { minLength: 1, maxLength: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("apply" as const), events, isRefused: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.constant({ do: "take" as const }) },
  { weight: 3, arbitrary: fc.constant({ do: "defer" as const }) },
  { weight: 4, arbitrary: fc.constant({ do: "settle" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "fail" as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("trace" as const), isFull: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("follow" as const), events, isFolded: fc.boolean() }) },
);

/** A store, and what a timeline without any memory of changes makes of the same events. */
class Model {
  readonly timeline = new TrackedTimeline(registry);
  /** The events that are durable, and those that are not yet. */
  durable: (readonly Change[])[] = [];
  taken: (readonly Change[])[] | undefined;
  open: (readonly Change[])[] = [];
  readonly #images: { readonly image: TimelineImage; readonly events: (readonly Change[])[] }[] = [];
  readonly #stored = new Map<string, StoredEntity>();
  /** Undefined where the store was given events alone. */
  #given: readonly StoredEntity[] | undefined;
  /** The last checkpoint: how many events it contains. */
  #traced: number | undefined;

  run(step: Step): void {
    const { timeline } = this;
    switch (step.do) {
      case "apply":
        timeline.begin();
        this.#apply(step.events, this.#all().length);
        if (step.isRefused) timeline.rollback();
        else {
          timeline.commit();
          this.open.push(...step.events);
        }
        return;
      case "take":
        if (this.taken !== undefined) return;
        this.taken = this.open;
        this.open = [];
        this.#given = timeline.takeChanges();
        return;
      case "defer":
        if (this.taken !== undefined) return;
        this.taken = this.open;
        this.open = [];
        this.#given = undefined;
        timeline.deferChanges();
        return;
      case "settle":
        if (this.taken === undefined) return;
        this.durable.push(...this.taken);
        this.taken = undefined;
        timeline.settled();
        if (this.#given === undefined) return;
        this.#store(this.#given);
        this.#checkStore();
        return;
      case "fail":
        this.#revert();
        return;
      case "trace":
        if (step.isFull) timeline.trace(timeline.durableCursor);
        else timeline.traced(timeline.durableCursor);
        if (step.isFull || this.#traced !== undefined) this.#traced = this.durable.length;
        return;
      case "follow": {
        // As after a conflict.
        this.#revert();
        this.#apply(step.events, this.durable.length);
        this.durable.push(...step.events);
        if (step.isFolded) {
          timeline.dropChanges();
          this.#stored.clear();
          this.#store(naive(this.durable).stored());
          // What another process stored says what was deleted, too.
        } else timeline.owe();
      }
    }
  }

  check(): void {
    const expected = naive(this.#all());
    expect(shown(this.timeline)).toEqual(shown(expected));
    this.#checkTrace();
    this.#images.push({ image: this.timeline.durable(), events: [...this.durable] });
  }

  /** The rest becomes durable, and the store has it. */
  async end(): Promise<void> {
    // What was done later did not change them.
    for (const { image, events } of this.#images) {
      expect(shownOf(image.cursor, await image.entities())).toEqual(shown(naive(events)));
    }
    this.run({ do: "settle" });
    this.run({ do: "take" });
    this.run({ do: "settle" });
    this.check();
    expect(this.timeline.takeChanges()).toEqual([]);
  }

  #all(): (readonly Change[])[] {
    return [...this.durable, ...(this.taken ?? []), ...this.open];
  }

  #revert(): void {
    this.taken = undefined;
    this.open = [];
    this.timeline.revert();
  }

  #apply(events: readonly (readonly Change[])[], after: number): void {
    events.forEach((changes, index) => {
      this.timeline.apply(changes.map(changeOf), BigInt(after + index + 1));
    });
  }

  #store(entities: readonly StoredEntity[]): void {
    for (const entity of entities) this.#stored.set(entity.id, entity);
  }

  /** What is durable is what it was at the last checkpoint, and what changed since then. */
  #checkTrace(): void {
    const { timeline } = this;
    const now = naive(this.durable);
    expect(timeline.durableCursor).toBe(now.cursor);
    expect(timeline.durableEntries().map(toStored).sort(byId)).toEqual(now.stored().sort(byId));
    if (this.#traced === undefined) {
      expect(timeline.changedAfter(0n)).toBeUndefined();
      return;
    }
    const from = BigInt(this.#traced);
    const then = naive(this.durable.slice(0, this.#traced));
    const changed = timeline.changedAfter(from) ?? [];
    const past = new Timeline(registry, from, then.stored());
    past.merge(changed.map(toStored), now.cursor);
    expect(shown(past)).toEqual(shown(now));
    // Nothing else, and each once.
    const touched = new Set(
      this.durable.slice(this.#traced).flatMap((each) => each.map(({ number }) => String(number))),
    );
    expect(changed.filter(({ id }) => !touched.has(id))).toEqual([]);
    expect(new Set(changed.map(({ id }) => id)).size).toBe(changed.length);
    if (from > 0n) expect(timeline.changedAfter(from - 1n)).toBeUndefined();
  }

  /** The store has what a fold of what is durable makes. */
  #checkStore(): void {
    const alive = [...this.#stored.values()].filter(({ payload }) => payload !== undefined);
    const loaded = new Timeline(registry, BigInt(this.durable.length), alive);
    expect(shown(loaded)).toEqual(shown(naive(this.durable)));
    for (const { id, lastEventOrdinal, payload } of this.#stored.values()) {
      if (payload !== undefined) continue;
      const changed = this.durable.findLastIndex((each) => each.some(({ number }) => String(number) === id));
      expect(lastEventOrdinal, `the tombstone of ${id}`).toBeLessThanOrEqual(BigInt(changed + 1));
    }
  }
}

function byId(a: StoredEntity, b: StoredEntity): number {
  return a.id < b.id ? -1 : 1;
}

function naive(events: readonly (readonly Change[])[]): TrackedTimeline {
  const timeline = new TrackedTimeline(registry);
  events.forEach((changes, index) => {
    timeline.apply(changes.map(changeOf), BigInt(index + 1));
    timeline.dropChanges();
  });
  return timeline;
}

function changeOf({ number, text }: Change): TimelineChange {
  return text === undefined ? Note.delete(number) : Note.put({ number, text });
}

function shown(timeline: Timeline): unknown {
  return shownOf(timeline.cursor, timeline.entities());
}

function shownOf(cursor: bigint, all: readonly TimelineEntity[]): unknown {
  const entities = all.map(({ payload, ...entity }) => ({
    ...entity,
    payload: Buffer.from(toBinary(NoteEntitySchema, payload as never)).toString("hex"),
  }));
  return { cursor, entities };
}

test("whatever is taken, fails, is followed and rolled back: the timeline and the store have the fold", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const model = new Model();
      for (const each of steps) {
        model.run(each);
        model.check();
      }
      await model.end();
    }),
    cases(700),
  );
});

test("a trace of far more than there is is given up, so that it takes no more memory than the timeline", () => {
  const timeline = new TrackedTimeline(registry);
  timeline.trace(0n);
  for (let number = 0; number < 1500; number++) {
    const ordinal = BigInt(2 * number);
    timeline.apply([Note.put({ number, text: "a" })], ordinal + 1n);
    timeline.apply([Note.delete(number)], ordinal + 2n);
    timeline.takeChanges();
    timeline.settled();
    if (number < 900) expect(timeline.changedAfter(0n)).toHaveLength(number + 1);
  }
  expect(timeline.changedAfter(0n)).toBeUndefined();
});
