import { create } from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { memoryPlace, places } from "../../../../../test/fixtures/stores.js";
import { type Change, fieldIn, history, messageIn, program, shownBy, write } from "./notes.js";

// The schema of the timeline, or its projection, changes: old sessions show the right timeline at first load.

const label = FieldDescriptorProto_Label.OPTIONAL;
const { INT32, SINT32 } = FieldDescriptorProto_Type;

const changes: readonly (readonly [what: string, change: Change])[] = [
  [
    "a field is added, which the projection fills",
    {
      proto: (file) =>
        messageIn(file, "Note").field.push(
          create(FieldDescriptorProtoSchema, { name: "length", jsonName: "length", number: 9, type: INT32, label }),
        ),
      note: ({ number, text }) => ({ number, text, length: text.length }),
    },
  ],
  [
    "a field is removed",
    {
      proto: (file) => {
        const note = messageIn(file, "Note");
        note.field = note.field.filter(({ name }) => name !== "author");
      },
      note: ({ number, text }) => ({ number, text, mark: { sign: "!" }, colour: 1 }),
    },
  ],
  [
    "a field has another type, which would read the old bytes as another value",
    {
      proto: (file) => {
        fieldIn(file, "Tag", "notes").type = SINT32;
      },
    },
  ],
  [
    "a field has another number",
    {
      proto: (file) => {
        fieldIn(file, "Note", "text").number = 7;
      },
    },
  ],
  [
    "two fields take each other's place",
    {
      proto: (file) => {
        const [text, author] = [fieldIn(file, "Note", "text"), fieldIn(file, "Note", "author")];
        [text.name, author.name] = [author.name, text.name];
        [text.jsonName, author.jsonName] = [author.jsonName, text.jsonName];
      },
    },
  ],
  ["another field has the id", { kinds: { Note: ["Note", "text"], Tag: ["Tag", "name"] } }],
  ["a kind is removed", { kinds: { Note: ["Note", "number"] } }],
  ["a kind has another name", { kinds: { Note: ["Note", "number"], Letter: ["Tag", "name"] }, tagKind: "Letter" }],
  ["a kind has another message", { kinds: { Note: ["Note", "number"], Tag: ["Label", "name"] } }],
  [
    "a message within an entity is another one",
    {
      proto: (file) => {
        const sign = fieldIn(file, "Mark", "sign");
        sign.type = INT32;
      },
      note: ({ number, text }) => ({ number, text, mark: { sign: 33 }, colour: 1, author: `of ${number}` }),
    },
  ],
  [
    "the numbers of an enum are others",
    {
      proto: (file) => {
        for (const value of file.enumType[0]?.value ?? []) if (value.number === 1) value.number = 4;
      },
      note: ({ number, text }) => ({ number, text, mark: { sign: "!" }, colour: 4, author: `of ${number}` }),
    },
  ],
  [
    "the projection is another one, and says so",
    { note: ({ number, text }) => ({ number, text: text.toUpperCase() }), timelineVersion: 2 },
  ],
];

describe.each(places)("on %s, old sessions show the right timeline at first load where", (_, makePlace) => {
  test.each(changes)("%s", async (_, change) => {
    const [place, old, changed] = [makePlace(), program(), program(change)];
    const before = old.hub(place);
    await write(before, old);
    const client = await before.hydrate("s");
    await before.close();

    const fresh = changed.hub(memoryPlace());
    await write(fresh, changed);
    const expected = await shownBy(fresh);
    await fresh.close();

    const hub = changed.hub(place);
    expect(await shownBy(hub)).toEqual(expected);
    // What a client had is of another history.
    const resumed = await hub.hydrate("s", { since: client.snapshot.ordinal, epoch: client.epoch });
    expect(resumed).toMatchObject({ mode: "reset", reason: "epoch" });
    expect(await hub.session("s")).toMatchObject({ ordinal: 6n, cursor: 6n, stop: undefined });
    await write(hub, changed, "s", [{ number: 9, text: "quince" }]);
    const after = await shownBy(hub);
    await hub.close();

    // Once: whoever loads it next finds it as it is to be.
    const store = place.open();
    const stored = await store.session("s");
    const again = changed.hub(place);
    expect(await shownBy(again)).toEqual(after);
    await again.close();
    expect((await store.session("s"))?.revision).toBe(stored?.revision);
    await store.close();
  });

  test("nothing changes that says how entities are stored and read", async () => {
    const [place, old] = [makePlace(), program()];
    const before = old.hub(place);
    await write(before, old);
    const client = await before.hydrate("s");
    await before.close();
    const store = place.open();
    const stored = await store.session("s");
    const same = program({
      proto: (file) => {
        // Another order, another package's option, another message that nothing refers to.
        messageIn(file, "Note").field.reverse();
        file.messageType.reverse();
        messageIn(file, "Unrelated").name = "SomethingElse";
        fieldIn(file, "Tag", "notes").options = undefined;
      },
    });
    const records: unknown[] = [];
    const hub = same.hub(place, { observer: (record) => records.push(record) });
    const resumed = await hub.hydrate("s", { since: client.snapshot.ordinal, epoch: client.epoch });
    expect(resumed).toMatchObject({ mode: "delta", changed: [], deleted: [] });
    expect(records).toEqual([]);
    await hub.close();
    expect(await store.session("s")).toEqual(stored);
    await store.close();
  });

  test("a field was removed in one release and an event was published in the next, with few events or many", async () => {
    const [place, old, changed] = [
      makePlace(),
      program(),
      program({ timelineVersion: 2, kinds: { Note: ["Note", "number"] } }),
    ];
    const before = old.hub(place);
    const many = Array.from({ length: 1200 }, (_, at) => ({ number: at % 7, text: `text ${at}` }));
    await write(before, old, "s", history);
    for (let at = 0; at < many.length; at += 100) {
      await before.publish(
        "s",
        many.slice(at, at + 100).map((each) => old.Written.of(each)),
      );
    }
    await before.close();
    const hub = changed.hub(place);
    await write(hub, changed, "s", [{ number: 100, text: "last" }]);
    const { ordinal, entities } = await hub.snapshot("s");
    expect([ordinal, entities.length, new Set(entities.map(({ kind }) => kind))]).toEqual([
      1207n,
      8,
      new Set(["Note"]),
    ]);
    await hub.close();
  });
});
