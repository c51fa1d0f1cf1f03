import fc from "fast-check";
import { expect, test } from "vitest";
import { descriptorExports, featureExports } from "../../src/naming/export-names.js";
import { kinds } from "../../src/naming/kind.js";
import { logicalName } from "../support/logical-name.js";

test("a descriptor is exported under its logical name", () => {
  expect(descriptorExports("Chat", [{ kind: "event", name: "ChatWent" }])).toEqual(["ChatWent"]);
});

test("a name of several kinds, or that the generated code needs, gets its kind's suffix, and $ where that is taken", () => {
  const names = descriptorExports("Chat", [
    { kind: "event", name: "Went" },
    { kind: "ui_event", name: "Went" },
    { kind: "timeline_entity", name: "delete" },
    { kind: "command", name: "chat" },
    { kind: "command", name: "chatCommand" },
    { kind: "command", name: "ChatHandlers" },
    { kind: "run", name: "Went" },
    { kind: "run", name: "ChatRunEnd" },
  ]);
  expect(names).toEqual([
    "WentEvent",
    "WentUiEvent",
    "deleteEntity",
    "chatCommand$",
    "chatCommand",
    "ChatHandlersCommand",
    "WentRun",
    "ChatRunEndRun",
  ]);
});

test("a feature's constant is in lower camel case, with $ where that is a reserved word", () => {
  const constants = ["Chat", "URLStore", "Delete", "Chat_room", "X"].map((name) => featureExports(name).feature);
  expect(constants).toEqual(["chat", "urlStore", "delete$", "chatRoom", "x"]);
});

test("exports are unique, and their names do not depend on the order of declaration", () => {
  const part = fc.record({ kind: fc.constantFrom(...kinds), name: logicalName });
  const parts = fc.uniqueArray(part, { selector: (one) => one.kind + one.name, maxLength: 30 });
  fc.assert(
    fc.property(parts, (declared) => {
      const reversed = [...declared].reverse();
      const exported = descriptorExports("Chat", declared);
      const own = Object.values(featureExports("Chat"));
      expect(new Set([...exported, ...own]).size).toBe(declared.length + own.length);
      expect([...descriptorExports("Chat", reversed)].reverse()).toEqual(exported);
    }),
    { numRuns: 500 },
  );
});
