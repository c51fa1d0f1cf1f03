import { toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { cases } from "../../../test/fixtures/cases.js";
import { NoteEntitySchema } from "../../../test/fixtures/gen/lab/v1/lab_pb.js";
import { SchemaRegistry } from "../../src/schema/registry.js";
import { type TimelineChange, timelineEntity } from "../../src/schema/timeline-entity.js";
import type { StoredEntity } from "../../src/store/stored.js";
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
