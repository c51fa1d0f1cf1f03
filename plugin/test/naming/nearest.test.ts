import { expect, test } from "vitest";
import { nearest } from "../../src/naming/nearest.js";

test.each([
  ["ChatStrated", "ChatStarted"],
  ["chatstarted", "ChatStarted"],
  ["hubb", "hub"],
  ["ab", undefined],
  ["Nothing", undefined],
  ["", undefined],
])("what is nearest to %j is %j", (word, expected) => {
  expect(nearest(word, ["ChatStarted", "ChatStopped", "hub"])).toBe(expected);
});

test("of several that are near, the nearest is meant, and the first of equals", () => {
  expect(nearest("targets", ["tarsets", "target"])).toBe("tarsets");
  expect(nearest("target", ["targets", "target"])).toBe("target");
});
