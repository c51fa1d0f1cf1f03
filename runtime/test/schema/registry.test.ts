import type { DescMessage } from "@bufbuild/protobuf";
import { AnySchema, ListValueSchema, StructSchema, ValueSchema } from "@bufbuild/protobuf/wkt";
import { SchemaRegistry } from "@sessionstream/runtime";
import { event, feature, run, supersededEvent } from "@sessionstream/runtime/codegen";
import { describe, expect, test } from "vitest";
import { KindsSchema } from "../../../test/fixtures/gen/lab/v1/kinds_pb.js";
import {
  CounterEntitySchema,
  NoteEntitySchema,
  TraceEventSchema,
  WorkCommandSchema,
} from "../../../test/fixtures/gen/lab/v1/lab_pb.js";
import { LabMeasure, LabNote, LabTold, lab, registerLab } from "../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";

const withCode = (code: string) => expect.objectContaining({ name: "SessionstreamError", code });

describe("SchemaRegistry", () => {
  test("finds what was registered, by kind", () => {
    const registry = new SchemaRegistry();
    registerLab(registry);
    expect(registry.command("LabWork").schema).toBe(WorkCommandSchema);
    expect(registry.timelineEntity("LabNote")).toBe(LabNote);
    expect(registry.uiEvent("LabTold")).toBe(LabTold);
    expect(registry.run("LabMeasure")).toBe(LabMeasure);
    expect(() => registry.event("LabWork")).toThrow(withCode("UNKNOWN_NAME"));
    expect(() => registry.run("LabWork")).toThrow('unknown run "LabWork"');
    expect([registry.hasTimelineEntity("LabNote"), registry.hasTimelineEntity("LabTold")]).toEqual([true, false]);
    expect([registry.hasRun("LabMeasure"), registry.hasRun("LabNote")]).toEqual([true, false]);
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

  test("refuses a run that another feature has", () => {
    const registry = new SchemaRegistry();
    registry.register(lab);
    const events = [event("Other", WorkCommandSchema)];
    const other = feature("Other", { events, runs: [run("LabMeasure", WorkCommandSchema)] });
    expect(() => registry.register(other)).toThrow('run "LabMeasure" already registered');
    expect([registry.run("LabMeasure"), registry.hasEvent("Other")]).toEqual([LabMeasure, false]);
  });

  test("refuses an event that is retired, whichever comes first", () => {
    const A = event("A", WorkCommandSchema);
    const [has, retires] = [feature("Has", { events: [A] }), feature("Retires", { retired: ["A", "B"] })];
    const refusal = 'event "A" is retired, and yet registered: remove it from retired, or give the event another name';
    for (const [first, second] of [
      [has, retires],
      [retires, has],
    ] as const) {
      const registry = new SchemaRegistry();
      registry.register(first);
      expect(() => registry.register(second)).toThrow(refusal);
      // As a whole: neither the event nor the names are there.
      expect([registry.hasEvent("A"), registry.isRetired("A")]).toEqual([first === has, first === retires]);
    }
    const registry = new SchemaRegistry();
    registry.register(retires);
    expect(() => registry.registerEvent("B", WorkCommandSchema)).toThrow(withCode("DUPLICATE_NAME"));
    expect(() => registry.register(feature("Both", { events: [A], retired: ["A"] }))).toThrow(
      withCode("DUPLICATE_NAME"),
    );
  });

  test("knows which events are retired", () => {
    const registry = new SchemaRegistry();
    registry.register(feature("F", { events: [event("A", WorkCommandSchema)], retired: ["Old"] }));
    // Two features may have retired the same one.
    registry.register(feature("G", { retired: ["Old", "Older"] }));
    expect(["Old", "Older", "A", "Never"].map((name) => registry.isRetired(name))).toEqual([true, true, false, false]);
    expect(registry.loggedEvent("Old")).toBeUndefined();
    expect(() => registry.event("Old")).toThrow(withCode("UNKNOWN_NAME"));
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

  test("makes descriptors of four kinds", () => {
    const registry = new SchemaRegistry();
    registry.registerCommand("Do", WorkCommandSchema);
    registry.registerEvent("Done", TraceEventSchema);
    registry.registerUIEvent("Shown", TraceEventSchema);
    registry.registerTimelineEntity("Trace", TraceEventSchema, "text");
    const { command, event, uiEvent, timelineEntity } = {
      command: registry.command("Do"),
      event: registry.event("Done"),
      uiEvent: registry.uiEvent("Shown"),
      timelineEntity: registry.timelineEntity("Trace"),
    };
    expect([command.kind, event.kind, uiEvent.kind, timelineEntity.kind]).toEqual([
      "command",
      "event",
      "ui_event",
      "timeline_entity",
    ]);
  });

  test("refuses a name that it has, in every kind", () => {
    const registry = new SchemaRegistry();
    registerLab(registry);
    expect(() => registry.registerCommand("LabWork", WorkCommandSchema)).toThrow(/already registered/);
    expect(() => registry.registerEvent("LabTrace", TraceEventSchema)).toThrow(/already registered/);
    expect(() => registry.registerUIEvent("LabTold", TraceEventSchema)).toThrow(/already registered/);
    expect(() => registry.registerTimelineEntity("LabNote", TraceEventSchema, "text")).toThrow(/already registered/);
    expect(() => registerLab(registry)).toThrow(/already registered/);
  });

  test("refuses an empty name, in every kind", () => {
    const registry = new SchemaRegistry();
    expect(() => registry.registerCommand("", WorkCommandSchema)).toThrow("command name is empty");
    expect(() => registry.registerEvent("", TraceEventSchema)).toThrow("event name is empty");
    expect(() => registry.registerUIEvent("", TraceEventSchema)).toThrow("UI event name is empty");
    expect(() => registry.registerTimelineEntity("", TraceEventSchema, "text")).toThrow(
      "timeline entity name is empty",
    );
  });

  test("decodes the JSON of a command to its typed payload", () => {
    const registry = new SchemaRegistry();
    registerLab(registry);
    const { command, payload } = registry.decodeCommand("LabWork", { task: "sweep" });
    expect([command.name, payload]).toEqual(["LabWork", { $typeName: "lab.v1.WorkCommand", task: "sweep" }]);
    expect(() => registry.decodeCommand("LabWork", { task: 5 })).toThrow(
      expect.objectContaining({ code: "INVALID_PAYLOAD" }),
    );
    expect(() => registry.decodeCommand("LabWork", { chore: "sweep" })).toThrow(
      expect.objectContaining({ code: "INVALID_PAYLOAD" }),
    );
    expect(() => registry.decodeCommand("LabWrok", {})).toThrow('unknown command "LabWrok"');
  });

  test('a name that it does not have is refused: unknown command "X"', () => {
    expect(() => new SchemaRegistry().command("X")).toThrow(/^unknown command "X"$/);
  });

  test('a name that it has is refused in these words: command "X" already registered', () => {
    const registry = new SchemaRegistry();
    registry.registerCommand("X", WorkCommandSchema);
    expect(() => registry.registerCommand("X", WorkCommandSchema)).toThrow(/^command "X" already registered$/);
  });

  test("has superseded events for logs only, under names that are taken", () => {
    const registry = new SchemaRegistry();
    const B = event("B", WorkCommandSchema);
    const supersede = (name: string, by: string) => supersededEvent(name, WorkCommandSchema, { by });
    registry.register(feature("F", { events: [B], supersededEvents: [supersede("X", "Y"), supersede("Y", "B")] }));
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
