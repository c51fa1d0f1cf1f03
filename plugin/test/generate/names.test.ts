import fc from "fast-check";
import { expect, test } from "vitest";
import { kinds } from "../../src/model/index.js";
import { descriptorExports, featureExports } from "../../src/naming/export-names.js";
import { methodNames } from "../../src/naming/method-names.js";

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
  ]);
  expect(names).toEqual([
    "WentEvent",
    "WentUiEvent",
    "deleteEntity",
    "chatCommand$",
    "chatCommand",
    "ChatHandlersCommand",
  ]);
});

test("a feature's constant is in lower camel case, with $ where that is a reserved word", () => {
  const constants = ["Chat", "URLStore", "Delete", "Chat_room", "X"].map((name) => featureExports(name).feature);
  expect(constants).toEqual(["chat", "urlStore", "delete$", "chatRoom", "x"]);
});

test("a method is named in lower camel case, without the feature", () => {
  const names = [
    "ChatStart",
    "ChatURLOpened",
    "ChatterLeft",
    "Chat2Go",
    "Chat",
    "Other",
    "Chat_tool_call",
    "ChatDelete",
  ];
  expect(methodNames("Chat", names)).toEqual([
    "start",
    "urlOpened",
    "chatterLeft",
    "chat2Go",
    "chat",
    "other",
    "toolCall",
    "delete",
  ]);
});

test("methods that would clash keep their logical names, all of them", () => {
  expect(methodNames("Chat", ["ChatStart", "start", "ChatStop"])).toEqual(["ChatStart", "start", "stop"]);
  expect(methodNames("Chat", ["ChatUIReady", "ChatUiReady"])).toEqual(["ChatUIReady", "ChatUiReady"]);
});

const word = fc.constantFrom(
  "Chat",
  "chat",
  "Foo",
  "foo",
  "FO",
  "_",
  "7",
  "Event",
  "Command",
  "UiEvent",
  "Entity",
  "Handlers",
);
const name = fc
  .array(word, { minLength: 1, maxLength: 4 })
  .map((words) => words.join(""))
  .filter((text) => /^[A-Za-z]/.test(text));

test("exports and methods are unique, and their names do not depend on the order of declaration", () => {
  const part = fc.record({ kind: fc.constantFrom(...kinds), name });
  const parts = fc.uniqueArray(part, { selector: (one) => one.kind + one.name, maxLength: 30 });
  fc.assert(
    fc.property(parts, (declared) => {
      const reversed = [...declared].reverse();
      const exported = descriptorExports("Chat", declared);
      const own = Object.values(featureExports("Chat"));
      expect(new Set([...exported, ...own]).size).toBe(declared.length + own.length);
      expect([...descriptorExports("Chat", reversed)].reverse()).toEqual(exported);

      const texts = [...new Set(declared.map((one) => one.name))];
      const methods = methodNames("Chat", texts);
      expect(new Set(methods).size).toBe(texts.length);
      expect([...methodNames("Chat", [...texts].reverse())].reverse()).toEqual(methods);
    }),
    { numRuns: 500 },
  );
});
