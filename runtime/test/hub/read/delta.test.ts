import { type Feature, Hub, type Hydration, type TimelineEntity } from "@sessionstream/runtime";
import fc from "fast-check";
import { expect, test } from "vitest";
import { cases } from "../../../../test/fixtures/cases.js";
import {
  LabNote,
  LabNoteAppended,
  LabNoteDeleted,
  LabTrace,
} from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../../test/fixtures/lab.js";
import { memoryPlace } from "../../../../test/fixtures/stores.js";

type Step =
  | {
      readonly do: "publish";
      readonly isOld: boolean;
      readonly number: number;
      readonly kind: "append" | "delete" | "recreate" | "trace";
    }
  | { readonly do: "resume" | "restart" | "rebuild" | "break" | "mend" | "retry" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("publish" as const),
      isOld: fc.boolean(),
      number: fc.nat({ max: 2 }),
      kind: fc.constantFrom("append", "delete", "recreate", "trace"),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("resume" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom("restart", "rebuild", "break", "mend", "retry") }),
  },
);

/** What a client has, which takes deltas. */
class Copy {
  #entities = new Map<string, TimelineEntity>();
  #from: { readonly since: bigint; readonly epoch: string } | undefined;

  get from() {
    return this.#from;
  }

  take(hydration: Hydration): void {
    if (hydration.mode === "reset") this.#entities = new Map();
    const changed = hydration.mode === "reset" ? hydration.snapshot.entities : hydration.changed;
    for (const each of changed) this.#entities.set(`${each.kind} ${each.id}`, each);
    if (hydration.mode === "delta") {
      for (const { kind, id } of hydration.deleted) this.#entities.delete(`${kind} ${id}`);
    }
    const since = hydration.mode === "reset" ? hydration.snapshot.ordinal : hydration.ordinal;
    this.#from = { since, epoch: hydration.epoch };
  }

  get notes(): unknown {
    const entities = [...this.#entities.values()].sort(
      (a, b) => Number(a.createdOrdinal - b.createdOrdinal) || a.position - b.position,
    );
    return [this.#from?.since, entities.map(({ lastEventOrdinal, payload }) => [lastEventOrdinal, payload])];
  }
}

/** A program that does not know LabTrace, and so adds to logs that have one without folding them. */
function oldProgram(lab: Feature): Feature {
  return { ...lab, desc: { ...lab.desc, events: lab.desc.events.filter(({ name }) => name !== LabTrace.name) } };
}

test("a client that resumes has what one has that begins anew, also where the store lags behind its log", async () => {
  let deltas = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 30 }), async (steps) => {
      const place = memoryPlace();
      let isBroken = false;
      const lab = labOf({
        beforeTimeline: () => {
          if (isBroken) throw new Error("broken");
        },
      });
      const open = (feature: Feature) => new Hub({ features: [feature], store: place.open(), onError: () => {} });
      let hub = open(lab);
      const old = open(oldProgram(labOf()));
      const copy = new Copy();
      for (const each of steps) {
        if (each.do === "publish") {
          const { number, kind, isOld } = each;
          const publisher = isOld && kind !== "trace" ? old : hub;
          if (kind === "trace") await publisher.publish("s", LabTrace, {});
          else if (kind === "append") await publisher.publish("s", LabNoteAppended, { number, text: "x" });
          else await publisher.publish("s", LabNoteDeleted, { number, anew: kind === "recreate" });
        } else if (each.do === "restart") {
          await hub.close();
          hub = open(lab);
        } else if (each.do === "rebuild" || each.do === "retry") {
          await hub[each.do]("s").catch(() => {});
        } else if (each.do === "break" || each.do === "mend") {
          isBroken = each.do === "break";
        } else {
          const hydration = await hub.hydrate("s", copy.from);
          if (hydration.mode === "delta") deltas++;
          copy.take(hydration);
          const whole = new Copy();
          whole.take(await hub.hydrate("s"));
          expect(copy.notes).toEqual(whole.notes);
          const snapshot = await hub.snapshot("s");
          expect(snapshot.ordinal).toBe(copy.from?.since);
          expect(snapshot.list(LabNote)).toEqual(
            snapshot.entities.filter(({ kind }) => kind === "LabNote").map(({ payload }) => payload),
          );
        }
      }
      await hub.close();
      await old.close();
    }),
    cases(150),
  );
  expect(deltas).toBeGreaterThan(50);
});
