import { afterEach, describe, expect, test, vi } from "vitest";
import {
  ChatMessage,
  ChatMessageAppended,
  chatClientFeature,
} from "../../../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";
import { texts } from "../../../../test/fixtures/chat/fake-client.js";
import { appended } from "../../../../test/fixtures/chat/frames.js";
import { hydrated } from "../hydrated.js";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("what a client hands out", () => {
  test.each([
    ["development", true],
    ["production", false],
  ])("is frozen in %s: %s", (env, wanted) => {
    vi.stubEnv("NODE_ENV", env);
    const { session, say } = hydrated();
    const told: unknown[] = [];
    session.on(ChatMessageAppended, ({ payload }) => told.push(payload));
    say(appended("s", 6, "!", "a"));
    const [folded, loaded] = session.timeline.list(ChatMessage);
    expect([folded, loaded, ...told].map((payload) => payload !== undefined && Object.isFrozen(payload))).toEqual([
      wanted,
      wanted,
      wanted,
    ]);
    expect(texts(session)).toEqual(["A!", "B"]);
  });

  test("cannot be changed by a client projection, which is told so", () => {
    const failures: unknown[] = [];
    const feature = chatClientFeature({
      messageAccepted: () => [],
      messageStarted: () => [],
      messageAppended: ({ payload }, view) => {
        Object.assign(view.get(ChatMessage, payload.messageId) ?? {}, { text: "changed" });
        return [];
      },
      messageFinished: () => [],
      messageStopped: () => [],
    });
    const { session, say } = hydrated({ features: [feature], onError: (error) => failures.push(error) });
    say(appended("s", 6, "!", "a"));
    expect(failures).toMatchObject([
      {
        code: "PROJECTION_FAILED",
        message: expect.stringMatching(
          /^the client projection of "ChatMessageAppended" failed at ordinal 6: what client projections are given is immutable, so change a copy/,
        ),
        cause: expect.any(TypeError),
      },
    ]);
    expect(texts(session)).toEqual(["A", "B"]);
  });
});
