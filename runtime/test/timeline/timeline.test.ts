import { toBinary } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, test } from "vitest";
import { NoteEntitySchema, TraceEventSchema } from "../../../test/fixtures/gen/lab/v1/lab_pb.js";
import { SchemaRegistry } from "../../src/schema/registry.js";
import { timelineEntity } from "../../src/schema/timeline-entity.js";
import type { StoredEntity } from "../../src/store/stored.js";
import { TrackedTimeline as Timeline } from "../../src/timeline/tracked-timeline.js";

const Note = timelineEntity<"Note", typeof NoteEntitySchema, number>("Note", NoteEntitySchema, "number");
let registry: SchemaRegistry;
beforeEach(() => {
  registry = new SchemaRegistry();
  registry.registerTimelineEntity("Note", NoteEntitySchema, "number");
});

const put = (number: number, text: string) => Note.put({ number, text });

function stored(id: string, more: Partial<StoredEntity> = {}): StoredEntity {
  const payload = toBinary(
    NoteEntitySchema,
    put(Number(id), "stored").payload ?? { $typeName: "lab.v1.NoteEntity", number: 0, text: "" },
  );
  return {
    kind: "Note",
    id,
    createdOrdinal: 1n,
    position: 0,
    lastEventOrdinal: 1n,
    type: NoteEntitySchema.typeName,
    payload,
    ...more,
  };
}

const places = (timeline: Timeline) =>
  timeline
    .entities()
    .map(({ id, createdOrdinal, lastEventOrdinal }) => `${id} [${createdOrdinal}..${lastEventOrdinal}]`);

describe("Timeline", () => {
  test("puts, replaces, deletes and recreates", () => {
    const timeline = new Timeline(registry);
    timeline.apply([put(1, "a"), put(2, "b")], 1n);
    timeline.apply([put(1, "c")], 2n);
    expect([timeline.get(Note, 1)?.text, timeline.cursor]).toEqual(["c", 2n]);
    expect(places(timeline)).toEqual(["1 [1..2]", "2 [1..1]"]);
    timeline.apply([Note.delete(1), Note.delete(9)], 3n);
    expect(timeline.get(Note, 1)).toBeUndefined();
    expect(timeline.list(Note).map(({ text }) => text)).toEqual(["b"]);
    timeline.apply([put(1, "d")], 4n);
    expect(places(timeline)).toEqual(["2 [1..1]", "1 [4..4]"]);
  });

  test("takes the changes of one event in their order", () => {
    const timeline = new Timeline(registry);
    timeline.apply([put(1, "a")], 1n);
    timeline.apply([Note.delete(1), put(1, "b"), put(2, "x"), Note.delete(2)], 2n);
    expect(places(timeline)).toEqual(["1 [2..2]"]);
    expect(timeline.get(Note, 1)?.text).toBe("b");
  });

  test("gives the store each changed entity once, in its last state, tombstones without payload", () => {
    const timeline = new Timeline(registry);
    timeline.apply([put(1, "a"), put(2, "b")], 1n);
    timeline.apply([put(1, "c"), Note.delete(2)], 2n);
    expect(timeline.takeChanges()).toEqual([
      { ...stored("1"), lastEventOrdinal: 2n, payload: toBinary(NoteEntitySchema, put(1, "c").payload as never) },
      { ...stored("2"), position: 1, lastEventOrdinal: 2n, payload: undefined },
    ]);
    expect(timeline.takeChanges()).toEqual([]);
    timeline.apply([put(2, "again")], 3n);
    expect(timeline.takeChanges()).toMatchObject([{ id: "2", createdOrdinal: 3n, lastEventOrdinal: 3n }]);
  });

  test("reads what was stored when it is asked for it", () => {
    const timeline = new Timeline(registry, 5n, [stored("1"), stored("2", { payload: new Uint8Array([0xff]) })]);
    expect(timeline.get(Note, 1)?.text).toBe("stored");
    expect(() => timeline.get(Note, 2)).toThrow(expect.objectContaining({ code: "INVALID_PAYLOAD" }));
    // What cannot be read can be replaced.
    timeline.apply([put(2, "new")], 6n);
    expect(timeline.get(Note, 2)?.text).toBe("new");
  });

  test("does not read an entity of another message type as if it were of its own", () => {
    const timeline = new Timeline(registry, 5n, [stored("1", { type: TraceEventSchema.typeName })]);
    const mismatch = expect.objectContaining({
      code: "PAYLOAD_TYPE_MISMATCH",
      message: 'timeline entity "Note" with id "1" payload type mismatch: got lab.v1.TraceEvent want lab.v1.NoteEntity',
    });
    expect(() => timeline.get(Note, 1)).toThrow(mismatch);
    expect(() => timeline.entities()).toThrow(mismatch);
  });

  test("leaves out kinds that are not registered any more, and tombstones", () => {
    const timeline = new Timeline(registry, 5n, [
      stored("1", { kind: "Retired" }),
      stored("2", { payload: undefined }),
    ]);
    expect(timeline.entities()).toEqual([]);
  });

  test("merges what entities came to elsewhere: new, changed and deleted, none of it counted as changed", () => {
    const timeline = new Timeline(registry, 5n, [stored("1"), stored("2"), stored("3")]);
    const deleted = stored("2", { lastEventOrdinal: 8n, payload: undefined });
    const changed = stored("3", { lastEventOrdinal: 7n });
    timeline.merge([changed, stored("4", { createdOrdinal: 6n, lastEventOrdinal: 6n }), deleted], 9n);
    expect(timeline.cursor).toBe(9n);
    expect(places(timeline)).toEqual(["1 [1..1]", "3 [1..7]", "4 [6..6]"]);
    timeline.merge([stored("2", { payload: undefined }), { ...stored("5"), kind: "Retired" }], 10n);
    expect([places(timeline).length, timeline.cursor, timeline.takeChanges()]).toEqual([3, 10n, []]);
  });

  test("knows which entities there are", () => {
    const timeline = new Timeline(registry, 5n, [stored("1")]);
    timeline.apply([put(2, "b"), Note.delete(1)], 6n);
    expect(["1", "2", "3"].map((id) => timeline.has("Note", id))).toEqual([false, true, false]);
    expect(timeline.has("Retired", "1")).toBe(false);
  });

  test("orders entities as events created them, whatever changes them later", () => {
    const Other = registry.registerTimelineEntity("Another", NoteEntitySchema, "text");
    const timeline = new Timeline(registry);
    timeline.apply([put(2, ""), put(1, ""), put(10, ""), Other.put({ text: "\uffee" }), Other.put({ text: "🙂" })], 1n);
    timeline.apply([put(1, "later")], 2n);
    expect(timeline.entities().map(({ kind, id }) => `${kind} ${id}`)).toEqual([
      "Note 2",
      "Note 1",
      "Note 10",
      "Another \uffee",
      "Another 🙂",
    ]);
    expect(timeline.list(Note).map(({ number }) => number)).toEqual([2, 1, 10]);
  });

  test("orders entities without positions by last event ordinal, kind and id, by UTF-16 code units", () => {
    const Other = registry.registerTimelineEntity("Another", NoteEntitySchema, "text");
    const given = [
      stored("1", { lastEventOrdinal: 2n }),
      stored("2"),
      stored("10"),
      ...["\uffee", "🙂"].map((id) => ({ ...stored("3"), kind: Other.name, id })),
    ];
    const timeline = new Timeline(registry, 2n, given);
    expect(timeline.entities().map(({ kind, id }) => `${kind} ${id}`)).toEqual([
      "Another 🙂",
      "Another \uffee",
      "Note 10",
      "Note 2",
      "Note 1",
    ]);
  });
});
