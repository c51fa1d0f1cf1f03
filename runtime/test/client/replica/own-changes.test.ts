import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ChatMessage, chatClientFeature } from "../../../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";
import { resume, texts } from "../../../../test/fixtures/chat/fake-client.js";
import { appended, delta, reset, uiEvent } from "../../../../test/fixtures/chat/frames.js";
import { hydrated, message } from "../hydrated.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("client projections that do not agree with the server's", () => {
  test("are found by a delta that lacks what they changed: reported, and the whole is asked for", () => {
    const { network, session, say, errors, returnTo } = hydrated();
    say(appended("s", 6, "!", "a"));
    say(appended("s", 7, "!", "b"));
    returnTo("resume");
    network.last.say(delta(7, "e", [message(7, "b", "B!")]));
    expect(errors).toEqual([`client projections changed what the server's left alone in session "s": ChatMessage "a"`]);
    network.last.say(appended("s", 8, "?", "b"));
    expect(texts(session)).toEqual(["A!", "B!?"]);
    vi.advanceTimersByTime(100);
    expect(network.last.sent).toEqual([resume(5, "e"), resume()]);
    network.last.say(reset(8, "new", "e", [message(1, "a", "A"), message(8, "b", "B!?")]));
    expect(texts(session)).toEqual(["A", "B!?"]);
    // Once the whole is there, all begins anew.
    expect(returnTo("resume")).toEqual([resume(8, "e")]);
    network.last.say(delta(8, "e"));
    expect(errors).toHaveLength(1);
  });

  const feature = chatClientFeature({
    messageAccepted: () => [],
    messageStarted: () => [],
    messageAppended: ({ payload: { messageId, text } }) => [ChatMessage.put({ messageId, text })],
    messageFinished: ({ payload: { messageId } }) => [ChatMessage.delete(messageId)],
    messageStopped: ({ payload: { messageId } }) => [
      ChatMessage.delete(messageId),
      ChatMessage.put({ messageId, text: "stopped" }),
      ChatMessage.delete(messageId),
    ],
  });

  test.each([
    ["that was there, and deleted", "ChatMessageFinished", "a", 1],
    ["that was there, deleted, made and deleted", "ChatMessageStopped", "a", 1],
    ["that was not there, made and deleted", "ChatMessageStopped", "c", 0],
    ["that was not there, and deleted", "ChatMessageFinished", "c", 0],
  ])("an entity %s: %s of %s", (_, name, messageId, wanted) => {
    const { say, errors } = hydrated({ features: [feature] });
    say(uiEvent("s", 6, name, { messageId }));
    say(delta(6, "e"));
    expect(errors).toHaveLength(wanted);
  });

  test("an entity that came in one event and went in another is as if it never was", () => {
    const { session, say, errors } = hydrated({ features: [feature] });
    say(appended("s", 6, "C", "c"));
    expect(texts(session)).toEqual(["A", "B", "C"]);
    say(uiEvent("s", 7, "ChatMessageFinished", { messageId: "c" }));
    say(delta(7, "e"));
    say(delta(8, "e", [message(8, "c", "again")]));
    expect([texts(session), errors]).toEqual([["A", "B", "again"], []]);
  });

  test("for a UI event that could not be folded, what changed since the snapshot is enough", () => {
    const throwing = chatClientFeature({
      messageAccepted: () => [],
      messageStarted: () => [],
      messageAppended: () => {
        throw new Error("broken");
      },
      messageFinished: () => [],
      messageStopped: () => [],
    });
    const { network, session, say } = hydrated({ features: [throwing] });
    say(appended("s", 6, "!", "a"));
    vi.advanceTimersByTime(100);
    expect(network.last.sent).toEqual([resume(), resume(5, "e")]);
    say(delta(6, "e", [message(6, "a", "A!")]));
    expect(texts(session)).toEqual(["B", "A!"]);
  });
});
