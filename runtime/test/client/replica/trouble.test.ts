import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  ChatMessageAccepted,
  chatClientFeature,
} from "../../../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";
import { follow, subscribe, texts } from "../../../../test/fixtures/chat/fake-client.js";
import { appended, entity, errorFrame, snapshot, uiEvent } from "../../../../test/fixtures/chat/frames.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("an error frame about a session", () => {
  test("that can pass: it is asked for again, after longer and longer pauses", () => {
    const { network, session, say, errors } = follow();
    say(errorFrame("s", "snapshot_failed"));
    expect(session.refusal?.message).toBe("the server says snapshot_failed: no");
    vi.advanceTimersByTime(100);
    say(errorFrame("s", "hydration_buffer_overflow"));
    vi.advanceTimersByTime(99);
    expect(network.last.sent).toHaveLength(2);
    vi.advanceTimersByTime(101);
    expect(network.last.sent).toHaveLength(3);
    say(snapshot("s", 1));
    expect([session.isHydrated, session.refusal, errors.length]).toEqual([true, undefined, 2]);
  });

  test("that will not pass: not asked for again until the next connection", () => {
    const { network, session, say } = follow();
    let changes = 0;
    session.watch(() => changes++);
    say(errorFrame("s", "forbidden"));
    vi.advanceTimersByTime(10_000);
    expect([network.last.sent.length > 0, session.refusal?.code, changes]).toEqual([true, "REFUSED", 1]);
    expect(network.last.sent.filter((frame) => "subscribe" in (frame as object))).toHaveLength(1);
    network.last.lose();
    vi.advanceTimersByTime(1600);
    network.last.accept();
    expect(network.last.sent).toEqual([subscribe()]);
  });
});

describe("a client projection that throws", () => {
  const broken = chatClientFeature({
    messageAccepted: () => {
      throw new Error("broken");
    },
    messageStarted: () => [],
    messageAppended: () => [],
    messageFinished: () => [],
    messageStopped: () => [],
  });

  test("is reported; listeners hear the event, and a new snapshot puts the timeline right", () => {
    const { network, session, say, errors } = follow({ features: [broken] });
    const heard: string[] = [];
    session.on(ChatMessageAccepted, ({ payload }) => heard.push(payload.text));
    say(snapshot("s", 0));
    say(uiEvent("s", 1, "ChatMessageAccepted", { messageId: "m", text: "A" }));
    say(uiEvent("s", 2, "ChatMessageAccepted", { messageId: "n", text: "B" }));
    expect([session.ordinal, texts(session), heard]).toEqual([2n, [], ["A", "B"]]);
    expect(errors[0]).toBe('the client projection of "ChatMessageAccepted" failed at ordinal 1');
    vi.advanceTimersByTime(100);
    // Without an ordinal, because not all up to it is there.
    expect(network.last.sent).toEqual([subscribe(), subscribe()]);
    say(snapshot("s", 2, [entity(1, { messageId: "m", text: "A" }), entity(2, { messageId: "n", text: "B" })]));
    expect(texts(session)).toEqual(["A", "B"]);
  });

  test("each time does not ask for a snapshot each time", () => {
    const { network, say } = follow({ features: [broken], pingInterval: 10 ** 7, connectTimeout: 10 ** 7 });
    say(snapshot("s", 0));
    for (let ordinal = 1; ordinal <= 1000; ordinal++) {
      say(uiEvent("s", ordinal, "ChatMessageAccepted", { messageId: "m" }));
      vi.advanceTimersByTime(10);
      if (ordinal % 20 === 0) say(snapshot("s", ordinal));
    }
    expect(network.last.sent.length).toBeLessThan(20);
  });

  test("as does a payload of another type", () => {
    const { network, session, say, errors } = follow();
    say(snapshot("s", 0));
    const { uiEvent: frame } = appended("s", 1, "a");
    say({ uiEvent: { ...frame, payload: { "@type": "type.googleapis.com/chat.v1.ChatMessageEntity" } } });
    say({ uiEvent: { ...frame, eventOrdinal: "2", payload: undefined } });
    expect([session.ordinal, errors]).toEqual([
      2n,
      [1, 2].map((at) => `UI event "ChatMessageAppended" at ordinal ${at} carries no chat.v1.ChatMessageUpdate`),
    ]);
    vi.advanceTimersByTime(100);
    expect(network.last.sent).toHaveLength(2);
  });
});
