import { type Feature, Hub } from "@sessionstream/runtime";
import { timelineEntity } from "@sessionstream/runtime/codegen";
import { expect, test } from "vitest";
import { NoteEntitySchema, TraceEventSchema } from "../../../../test/fixtures/gen/lab/v1/lab_pb.js";
import { LabTrace, lab } from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { places } from "../../../../test/fixtures/stores.js";

const Unregistered = timelineEntity("Unregistered", NoteEntitySchema, "number");
const OtherNote = timelineEntity("LabNote", TraceEventSchema, "text");

test.each(
  places.flatMap(([store, makePlace]) =>
    [
      ["an unregistered kind", Unregistered.put({ number: 1 })] as const,
      ["a registered kind with another message type", OtherNote.put({ text: "x" })] as const,
      ["something that is no change", { entity: lab.timelineEntities[0], id: "x", payload: {} }] as const,
    ].map(([what, change]) => [what, store, makePlace, change] as const),
  ),
)("%s is not stored, on %s, and later snapshots do not fail", async (_, __, makePlace, change) => {
  const store = makePlace().open();
  const timeline = (() => [change]) as unknown as NonNullable<Feature["timeline"]>;
  const hub = new Hub({ features: [{ desc: lab, timeline }], store, onError: () => {} });
  await hub.publish("s", LabTrace, {});
  expect((await store.load("s"))?.entities).toEqual([]);
  expect((await hub.snapshot("s")).entities).toEqual([]);
  expect(await hub.errors("s")).toMatchObject([{ step: "timeline-projection", ordinal: 1n }]);
  await hub.close();
});
