import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type DescEvent, Hub, type Published, type UiBatch } from "@sessionstream/runtime";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cases } from "../../fixtures/cases.js";
import { CounterEntitySchema, NoteEntitySchema, TraceEventSchema } from "../../fixtures/gen/lab/v1/lab_pb.js";
import { LabCounter, LabNote, LabTold, LabTrace, LabWork, lab } from "../../fixtures/gen/lab/v1/lab_sessionstream.js";
import { ReadingSchema } from "../../fixtures/gen/lab/v1/reading_pb.js";
import { labOf } from "../../fixtures/lab.js";
import { type Place, places, readAll } from "../../fixtures/stores.js";

// Law 7: no payload of a wrong type and no undeclared kind enters the log, the
// store or a frame, whatever untyped code does.

type PublishAny = (event: DescEvent, payload: object) => Promise<Published>;

const value = fc.oneof(
  fc.anything({ withBigInt: true, withTypedArray: true, maxDepth: 1 }),
  fc.constantFrom<unknown>("x", "\ud800", 1, 1.5, 2 ** 31, 1n, 2n ** 63n, -1, true, null, undefined, [1], ["1"]),
);

/** Nearly a payload: some right fields, some wrong ones, some that are not there. */
const payload = fc.oneof(
  fc.anything(),
  fc.constant(create(TraceEventSchema, { text: "a message" })),
  fc.constant({}),
  fc.oneof(...["name", "amount", "number", "text", "meter", "value"].map((field) => fc.record({ [field]: value }))),
  fc.record(
    {
      $typeName: fc.constantFrom("lab.v1.TraceEvent", "lab.v1.CounterAddedEvent", "lab.v1.Nope", 7),
      $unknown: value,
      name: value,
      amount: value,
      number: value,
      numbers: value,
      text: value,
      anew: value,
      meter: value,
      value,
    },
    { requiredKeys: [] },
  ),
);

const event = fc.oneof(
  { weight: 10, arbitrary: fc.constantFrom<DescEvent>(...lab.events) },
  { weight: 1, arbitrary: fc.constantFrom({ kind: "event", name: "Nope", schema: TraceEventSchema }, LabWork, {}) },
) as fc.Arbitrary<DescEvent>;

const change = fc.oneof(
  fc.constantFrom<unknown>(
    LabNote.put({ number: 1, text: "fine" }),
    LabCounter.delete("c"),
    LabTold.of({ event: "fine" }),
    { ...LabNote.put({ number: 2 }) },
    { entity: { name: "Nope", schema: NoteEntitySchema }, id: "x", payload: {} },
    Promise.resolve([]),
  ),
  fc.anything({ maxDepth: 1 }),
);
const output = fc.oneof(fc.array(change, { maxLength: 2 }), change);

describe.each(places)("on %s", (name, makePlace) => {
  const limits = { ...cases(name === "memory" ? 50 : 30, 8_000), timeout: 5_000 };

  test("whatever is published: the log has what its schema allows, and the refused leaves no trace", async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ event, payload, viaHandler: fc.boolean() }), { minLength: 1, maxLength: 12 }),
        async (attempts) => {
          const place = makePlace();
          let task: (publish: PublishAny) => void = () => {};
          const hub = new Hub({
            features: [labOf({ work: ({ publish }) => task(publish as PublishAny) })],
            store: place.open(),
            onError: () => {},
          });
          const fanned = watchFanout(hub);
          const outcomes: Promise<Published>[] = [];
          for (const { event, payload, viaHandler } of attempts) {
            const given = payload as object;
            task = (publish) => void outcomes.push(publish(event, given));
            if (viaHandler) await hub.submit("s", LabWork, {}).catch(() => {});
            else outcomes.push(hub.publish("s", event, given));
            // Each is looked at in the end.
            outcomes.at(-1)?.catch(() => {});
          }
          const settled = await Promise.allSettled(outcomes);
          await hub.close();
          const accepted = settled.filter(({ status }) => status === "fulfilled").length;
          taken += accepted;
          await holdsOnlyTyped(place, accepted, fanned);
        },
      ),
      limits,
    );
    // Both happened.
    expect(taken).toBeGreaterThan(10);
  });

  test("whatever projections return: the timeline and the fan-out have only what was declared", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(output, output), { minLength: 1, maxLength: 8 }),
        fc.constantFrom("fail" as const, "advance" as const),
        async (outputs, policy) => {
          const place = makePlace();
          // By the event and not by the call, as a pure function does.
          const returned = (which: 0 | 1) => (at: { readonly ordinal: bigint }) =>
            outputs[Number(at.ordinal) - 1]?.[which] as never;
          const hub = new Hub({
            features: [{ desc: lab, ui: returned(0), timeline: returned(1) }],
            store: place.open(),
            onProjectionError: { timeline: policy },
            onError: () => {},
          });
          const fanned = watchFanout(hub);
          for (const index of outputs.keys()) await hub.publish("s", lab.events[index % 4] ?? LabTrace, {});
          await hub.close();
          await holdsOnlyTyped(place, outputs.length, fanned);
        },
      ),
      limits,
    );
  });
});

function watchFanout(hub: Hub): UiBatch[] {
  const fanned: UiBatch[] = [];
  hub.subscribe((batch) => fanned.push(batch));
  return fanned;
}

const entitySchemas = { LabNote: NoteEntitySchema, LabCounter: CounterEntitySchema, LabReading: ReadingSchema };

async function holdsOnlyTyped(place: Place, accepted: number, fanned: readonly UiBatch[]): Promise<void> {
  const store = place.open();
  const log = await readAll(store, "s");
  expect(log).toHaveLength(accepted);
  for (const { name, type, payload } of log) {
    const schema = lab.events.find((each) => each.name === name)?.schema;
    expect(type).toBe(schema?.typeName);
    if (schema !== undefined)
      expect(Buffer.from(toBinary(schema, fromBinary(schema, payload)))).toEqual(Buffer.from(payload));
  }
  for (const { kind, id, type, payload } of (await store.load("s"))?.entities ?? []) {
    const schema = entitySchemas[kind as keyof typeof entitySchemas];
    expect([type, payload]).toEqual([schema?.typeName, expect.anything()]);
    const read = fromBinary(schema, payload ?? new Uint8Array()) as { number?: number; name?: string; meter?: string };
    expect(id).toBe(String(read.number ?? read.name ?? read.meter));
  }
  for (const { events } of fanned) {
    for (const { name, desc, payload } of events) {
      expect([name, desc]).toEqual(["LabTold", LabTold]);
      expect([payload.$typeName, typeof (payload as { ordinal?: unknown }).ordinal]).toEqual([
        "lab.v1.ToldUiEvent",
        "bigint",
      ]);
    }
  }
  await store.close();
}
