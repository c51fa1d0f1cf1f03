import fc from "fast-check";
import { expect, test } from "vitest";
import { methodNames } from "../../src/naming/method-names.js";
import { logicalName } from "../support/logical-name.js";

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

test("methods are unique, and their names do not depend on the order of declaration", () => {
  fc.assert(
    fc.property(fc.uniqueArray(logicalName, { maxLength: 30 }), (names) => {
      const methods = methodNames("Chat", names);
      expect(new Set(methods).size).toBe(names.length);
      expect([...methodNames("Chat", [...names].reverse())].reverse()).toEqual(methods);
    }),
    { numRuns: 500 },
  );
});
