import { expect, test } from "vitest";
import { NoteEntitySchema } from "../../../test/fixtures/gen/lab/v1/lab_pb.js";
import { SchemaRegistry } from "../../src/schema/registry.js";
import { timelineEntity } from "../../src/schema/timeline-entity.js";
import { isAlive } from "../../src/timeline/entry.js";
import { TracedTimeline } from "../../src/timeline/traced-timeline.js";

const Note = timelineEntity<"Note", typeof NoteEntitySchema, number>("Note", NoteEntitySchema, "number");
const registry = new SchemaRegistry();
registry.registerTimelineEntity("Note", NoteEntitySchema, "number");

function changes(timeline: TracedTimeline, after: bigint): unknown {
  return timeline
    .changedAfter(after)
    ?.map((entry) => `${entry.id} ${isAlive(entry) ? "put" : "deleted"} at ${entry.lastEventOrdinal}`)
    .sort();
}

test("what was deleted and then began anew counts once, in its last state", () => {
  const timeline = new TracedTimeline(registry);
  timeline.apply([Note.put({ number: 1 }), Note.put({ number: 2 })], 1n);
  timeline.trace(1n);
  timeline.apply([Note.delete(1), Note.delete(2)], 2n);
  timeline.apply([Note.put({ number: 1 })], 3n);
  expect(changes(timeline, 1n)).toEqual(["1 put at 3", "2 deleted at 2"]);
  timeline.apply([Note.delete(1), Note.put({ number: 1 })], 4n);
  expect(changes(timeline, 1n)).toEqual(["1 put at 4", "2 deleted at 2"]);
  timeline.apply([Note.put({ number: 1 }), Note.delete(1)], 5n);
  expect(changes(timeline, 1n)).toEqual(["1 deleted at 5", "2 deleted at 2"]);
});

test("what was deleted before the timeline was loaded counts, unless it began anew", () => {
  const timeline = new TracedTimeline(registry, 5n);
  const tombstone = {
    kind: "Note",
    createdOrdinal: 1n,
    position: 0,
    lastEventOrdinal: 4n,
    type: "x",
    payload: undefined,
  };
  timeline.trace(3n, [
    { ...tombstone, id: "1" },
    { ...tombstone, id: "2" },
    { ...tombstone, id: "3", kind: "Unknown" },
  ]);
  timeline.apply([Note.put({ number: 2 })], 6n);
  expect(changes(timeline, 3n)).toEqual(["1 deleted at 4", "2 put at 6"]);
  expect(changes(timeline, 4n)).toEqual(["2 put at 6"]);
});

test("what changed before it began is not known, also where somebody says that they know what was before", () => {
  const timeline = new TracedTimeline(registry);
  timeline.apply([Note.put({ number: 1 })], 1n);
  expect(changes(timeline, 0n)).toBeUndefined();
  timeline.apply([Note.put({ number: 2 })], 2n);
  timeline.trace(2n);
  timeline.traced(1n);
  expect(changes(timeline, 1n)).toBeUndefined();
  timeline.apply([Note.put({ number: 3 })], 3n);
  timeline.traced(2n);
  expect(changes(timeline, 2n)).toEqual(["3 put at 3"]);
  timeline.traced(3n);
  expect([changes(timeline, 2n), changes(timeline, 3n)]).toEqual([undefined, []]);
});
