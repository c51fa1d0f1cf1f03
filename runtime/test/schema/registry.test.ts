import type { DescMessage } from "@bufbuild/protobuf";
import { AnySchema, ListValueSchema, StructSchema, ValueSchema } from "@bufbuild/protobuf/wkt";
import { type DescSupersededEvent, SchemaRegistry } from "@sessionstream/runtime";
import { command, event, feature, supersededEvent, timelineEntity, uiEvent } from "@sessionstream/runtime/codegen";
import { describe, expect, test } from "vitest";
import { KindsSchema } from "../../../test/fixtures/gen/lab/v1/kinds_pb.js";
import { CounterEntitySchema, NoteEntitySchema, WorkCommandSchema } from "../../../test/fixtures/gen/lab/v1/lab_pb.js";
import { LabCounter, LabNote, LabTold, lab, registerLab } from "../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";

const withCode = (code: string) => expect.objectContaining({ name: "SessionstreamError", code });

describe("names", () => {
  test.each(["", " ", "1a", "a-b", "a.b", "é", "_a", "a\n"])("%j is refused for everything", (name) => {
    for (const describe of [command, event, uiEvent]) {
      expect(() => describe(name, WorkCommandSchema)).toThrow(withCode("INVALID_NAME"));
    }
    expect(() => timelineEntity(name, NoteEntitySchema, "number")).toThrow(withCode("INVALID_NAME"));
    expect(() => feature(name, {})).toThrow(withCode("INVALID_NAME"));
  });
});

describe("entity ids", () => {
  test("are taken from the id field", () => {
    expect(LabNote.put({ number: -7 }).id).toBe("-7");
    expect(LabNote.delete(-7).id).toBe("-7");
    expect(LabCounter.put({ name: "a\n🙂" }).id).toBe("a\n🙂");
    const long = timelineEntity("Long", KindsSchema, "fUint64");
    expect(long.put({ fUint64: 2n ** 64n - 1n }).id).toBe("18446744073709551615");
  });

  test("must not be empty", () => {
    expect(() => LabCounter.put({})).toThrow(withCode("INVALID_ENTITY_ID"));
    expect(() => LabCounter.delete("")).toThrow(withCode("INVALID_ENTITY_ID"));
    expect(() => LabCounter.delete(undefined as unknown as string)).toThrow(withCode("INVALID_ENTITY_ID"));
  });

  test.each(["nope", "strings", "byString", "one", "text", "mood", "fBool", "fDouble", "fFloat", "fBytes", "wString"])(
    "cannot come from the field %s, which is no singular string or integer",
    (idField) => {
      expect(() => timelineEntity("X", KindsSchema, idField)).toThrow(withCode("INVALID_ENTITY_ID"));
    },
  );

  test.each(["fString", "fInt32", "fSint64", "fFixed32", "longText", "maybe"])("can come from %s", (idField) => {
    expect(timelineEntity("X", KindsSchema, idField).name).toBe("X");
  });
});

test("of and put refuse what is no valid payload", () => {
  expect(() => LabTold.of({ ordinal: 1 } as unknown as { ordinal: bigint })).toThrow(withCode("INVALID_PAYLOAD"));
  expect(() => LabNote.put({ $typeName: "lab.v1.Other" } as never)).toThrow(withCode("PAYLOAD_TYPE_MISMATCH"));
});

describe("versions and successors", () => {
  const [A, B] = [event("A", WorkCommandSchema), event("B", WorkCommandSchema)];
  const by = (name: string, successor: string) => supersededEvent(name, WorkCommandSchema, { by: successor });

  test("an event has version 1 where none is given, and a feature no superseded events", () => {
    expect([A.version, event("A", WorkCommandSchema, { version: 7 }).version]).toEqual([1, 7]);
    expect(feature("F", { events: [A] }).supersededEvents).toEqual([]);
  });

  test.each([0, -1, 1.5, Number.NaN, "2", 101])("the version %j is refused", (version) => {
    const given = { version: version as number, by: "B" };
    expect(() => event("A", WorkCommandSchema, given)).toThrow(withCode("INVALID_OPTION"));
    expect(() => supersededEvent("A", WorkCommandSchema, given)).toThrow(withCode("INVALID_OPTION"));
  });

  test("a superseded event must lead to an event of the feature", () => {
    const made = (...supersededEvents: DescSupersededEvent[]) => feature("F", { events: [B], supersededEvents });
    expect(made(by("Y", "B"), by("X", "Y"), by("W", "X")).supersededEvents).toHaveLength(3);
    expect(() => made(by("X", "Y"))).toThrow(
      'event "X" is superseded by "Y", which is no event of the feature "F" and leads to none',
    );
    for (const wrong of [[by("X", "X")], [by("X", "Y"), by("Y", "Z"), by("Z", "X")], [by("X", "A"), by("Y", "X")]]) {
      expect(() => made(...wrong)).toThrow(withCode("UNKNOWN_NAME"));
    }
  });

  test("a registry has superseded events for logs only, under names that are taken", () => {
    const registry = new SchemaRegistry();
    registry.register(feature("F", { events: [B], supersededEvents: [by("X", "Y"), by("Y", "B")] }));
    expect(() => registry.event("X")).toThrow(
      'event "X" is superseded and can only be read from logs: publish "B" instead',
    );
    expect([registry.hasEvent("X"), registry.hasEvent("B"), registry.hasEvent("Z")]).toEqual([false, true, false]);
    expect(registry.loggedEvent("X")).toMatchObject({ kind: "superseded_event", supersededBy: "Y" });
    expect([registry.loggedEvent("B"), registry.loggedEvent("Z")]).toEqual([B, undefined]);
    expect(() => registry.registerEvent("X", WorkCommandSchema)).toThrow(withCode("DUPLICATE_NAME"));
    expect(registry.protobuf.getMessage("lab.v1.WorkCommand")).toBe(WorkCommandSchema);
  });
});

describe("SchemaRegistry", () => {
  test("finds what was registered, by kind", () => {
    const registry = new SchemaRegistry();
    registerLab(registry);
    expect(registry.command("LabWork").schema).toBe(WorkCommandSchema);
    expect(registry.timelineEntity("LabNote")).toBe(LabNote);
    expect(registry.uiEvent("LabTold")).toBe(LabTold);
    expect(() => registry.event("LabWork")).toThrow(withCode("UNKNOWN_NAME"));
    expect([registry.hasTimelineEntity("LabNote"), registry.hasTimelineEntity("LabTold")]).toEqual([true, false]);
  });

  test("registers a feature whole or not at all", () => {
    const registry = new SchemaRegistry();
    const LabWork = registry.registerCommand("LabWork", WorkCommandSchema);
    expect(() => registry.register(lab)).toThrow(withCode("DUPLICATE_NAME"));
    expect(() => registry.event("LabTrace")).toThrow(withCode("UNKNOWN_NAME"));
    expect(registry.command("LabWork")).toBe(LabWork);
  });

  test("refuses a name that one feature has twice in one kind", () => {
    const registry = new SchemaRegistry();
    const twice = feature("Twice", { events: [event("A", WorkCommandSchema), event("A", NoteEntitySchema)] });
    expect(() => registry.register(twice)).toThrow(withCode("DUPLICATE_NAME"));
    expect(() => registry.event("A")).toThrow(withCode("UNKNOWN_NAME"));
  });

  test("takes one name in several kinds", () => {
    const registry = new SchemaRegistry();
    registry.registerCommand("Same", WorkCommandSchema);
    registry.registerEvent("Same", WorkCommandSchema);
    registry.registerUIEvent("Same", WorkCommandSchema);
    registry.registerTimelineEntity("Same", NoteEntitySchema, "number");
    expect(registry.event("Same").schema).toBe(WorkCommandSchema);
  });

  test.each<[string, DescMessage]>([
    ["Struct", StructSchema],
    ["Value", ValueSchema],
    ["ListValue", ListValueSchema],
    ["Any", AnySchema],
  ])("refuses a top-level %s, in every kind", (_, schema) => {
    const registry = new SchemaRegistry();
    expect(() => registry.registerCommand("A", schema)).toThrow(withCode("INVALID_PAYLOAD"));
    expect(() => registry.registerEvent("A", schema)).toThrow(withCode("INVALID_PAYLOAD"));
    expect(() => registry.registerUIEvent("A", schema)).toThrow(withCode("INVALID_PAYLOAD"));
    expect(() => registry.register(feature("F", { events: [event("A", schema)] }))).toThrow(
      withCode("INVALID_PAYLOAD"),
    );
  });

  test("has the message types of all that is registered, for Any in JSON", () => {
    const registry = new SchemaRegistry();
    registry.registerCommand("A", WorkCommandSchema);
    expect(registry.protobuf.getMessage("lab.v1.WorkCommand")).toBe(WorkCommandSchema);
    expect(registry.protobuf.getMessage("lab.v1.Kinds")).toBeUndefined();
    registry.registerEvent("B", KindsSchema);
    expect(registry.protobuf.getMessage("lab.v1.Kinds")).toBe(KindsSchema);
    expect(registry.protobuf.getMessage("lab.v1.CounterEntity")).toBe(CounterEntitySchema);
  });
});
