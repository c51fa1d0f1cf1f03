import { SchemaRegistry } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import { TraceEventSchema, WorkCommandSchema } from "../fixtures/gen/lab/v1/lab_pb.js";
import { LabTrace, registerLab } from "../fixtures/gen/lab/v1/lab_sessionstream.js";
import { hubOf } from "./hub-of.js";

describe("Registry", () => {
  test("four kinds", () => {
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

  test("duplicate name refused", () => {
    const registry = new SchemaRegistry();
    registerLab(registry);
    expect(() => registry.registerCommand("LabWork", WorkCommandSchema)).toThrow(/already registered/);
    expect(() => registry.registerEvent("LabTrace", TraceEventSchema)).toThrow(/already registered/);
    expect(() => registry.registerUIEvent("LabTold", TraceEventSchema)).toThrow(/already registered/);
    expect(() => registry.registerTimelineEntity("LabNote", TraceEventSchema, "text")).toThrow(/already registered/);
    expect(() => registerLab(registry)).toThrow(/already registered/);
  });

  test("empty name refused", () => {
    const registry = new SchemaRegistry();
    expect(() => registry.registerCommand("", WorkCommandSchema)).toThrow("command name is empty");
    expect(() => registry.registerEvent("", TraceEventSchema)).toThrow("event name is empty");
    expect(() => registry.registerUIEvent("", TraceEventSchema)).toThrow("UI event name is empty");
    expect(() => registry.registerTimelineEntity("", TraceEventSchema, "text")).toThrow(
      "timeline entity name is empty",
    );
  });

  test("decode command JSON to the typed payload", () => {
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

  test('texts users meet: unknown command "X"', () => {
    expect(() => new SchemaRegistry().command("X")).toThrow(/^unknown command "X"$/);
  });

  test('texts users meet: event "X" payload type mismatch: got A want B', async () => {
    const { hub } = hubOf();
    const wrong = { $typeName: "lab.v1.WorkCommand", task: "" } as unknown as { text: string };
    await expect(hub.publish("s", LabTrace, wrong)).rejects.toThrow(
      /^event "LabTrace" payload type mismatch: got lab.v1.WorkCommand want lab.v1.TraceEvent$/,
    );
  });

  test('texts users meet: command "X" already registered', () => {
    const registry = new SchemaRegistry();
    registry.registerCommand("X", WorkCommandSchema);
    expect(() => registry.registerCommand("X", WorkCommandSchema)).toThrow(/^command "X" already registered$/);
  });
});
