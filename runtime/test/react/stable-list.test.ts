import { afterEach, expect, test, vi } from "vitest";
import { ChatMessage } from "../../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";
import { appended } from "../../../test/fixtures/chat/frames.js";
import { stableList } from "../../dist/react/stable-list.js";
import { hydrated } from "../client/hydrated.js";

afterEach(() => {
  vi.unstubAllEnvs();
});

test("the list is the same until an entity changes", () => {
  const { session, say } = hydrated();
  const read = stableList(session, ChatMessage);
  const before = read();
  expect(before.map(({ text }) => text)).toEqual(["A", "B"]);
  expect(read()).toBe(before);
  say(appended("s", 6, "!", "a"));
  const after = read();
  expect(after.map(({ text }) => text)).toEqual(["A!", "B"]);
  expect([after === before, after[1] === before[1]]).toEqual([false, true]);
});

test.each([
  ["development", true],
  ["production", false],
])("in %s, no component can change it for the others: %s", (env, isFrozen) => {
  vi.stubEnv("NODE_ENV", env);
  const { session } = hydrated();
  expect(Object.isFrozen(stableList(session, ChatMessage)())).toBe(isFrozen);
});
