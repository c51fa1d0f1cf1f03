import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  ChatMessageAccepted,
  ChatMessageAppended,
  chat,
  chatClientFeature,
} from "../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";
import { connectFake, texts } from "./fake-client.js";
import { appended, entity, errorFrame, snapshot, uiEvent } from "./frames.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A client that follows the session "s", connected. */
function follow(options?: Parameters<typeof connectFake>[0]) {
  const fake = connectFake({ reconnect: { first: 100, longest: 1600 }, ...options });
  const session = fake.client.session("s");
  fake.network.last.accept();
  return { ...fake, session, say: (frame: unknown) => fake.network.last.say(frame) };
}

const subscribe = (since?: number) => ({
  subscribe: { sessionId: "s", ...(since !== undefined && { sinceSnapshotOrdinal: String(since) }) },
});

describe("what a session shows", () => {
  test("is the snapshot and the UI events above it, each once", () => {
    const { session, say } = follow();
    say(appended("s", 1, "too early"));
    expect([session.isHydrated, session.ordinal, texts(session)]).toEqual([false, 0n, []]);
    say(snapshot("s", 3, [entity(2, { messageId: "m", text: "abc" })]));
    for (const ordinal of [1, 2, 3]) say(appended("s", ordinal, "!"));
    say(appended("s", 4, "d"));
    say(appended("s", 6, "e"));
    say(appended("s", 5, "late"));
    expect([session.isHydrated, session.ordinal, texts(session)]).toEqual([true, 6n, ["abcde"]]);
  });

  test("has all UI events of one ordinal", () => {
    const { session, say } = follow();
    say(snapshot("s", 0));
    say(uiEvent("s", 1, "ChatMessageAccepted", { messageId: "a", text: "A" }));
    say(uiEvent("s", 1, "ChatMessageAccepted", { messageId: "b", text: "B" }));
    say(appended("s", 1, "!", "a"));
    expect(texts(session)).toEqual(["A!", "B"]);
  });

  test("is asked for again after a reconnect, with the ordinal it has, and is replaced by the new snapshot", () => {
    const { network, session, say } = follow();
    expect(network.last.sent).toEqual([subscribe()]);
    say(snapshot("s", 3, [entity(2, { messageId: "m", text: "abc" })]));
    say(appended("s", 4, "d"));
    network.last.lose();
    expect([session.isHydrated, texts(session)]).toEqual([true, ["abcd"]]);
    vi.advanceTimersByTime(100);
    network.last.accept();
    expect(network.last.sent).toEqual([subscribe(4)]);
    say(snapshot("s", 6, [entity(2, { messageId: "m", text: "abcdef" })]));
    say(appended("s", 6, "!"));
    say(appended("s", 7, "g"));
    expect(texts(session)).toEqual(["abcdefg"]);
  });

  test("follows a server that came back with another history, whose ordinals are below", () => {
    const { network, session, say } = follow();
    say(snapshot("s", 100, [entity(2, { messageId: "old" })]));
    network.last.lose();
    vi.advanceTimersByTime(100);
    network.last.accept();
    say(snapshot("s", 1, [entity(1, { messageId: "m", text: "new" })]));
    say(appended("s", 2, "er"));
    expect([session.ordinal, texts(session)]).toEqual([2n, ["newer"]]);
  });

  test("starts over with a snapshot that comes in between", () => {
    const { session, say } = follow();
    say(snapshot("s", 0));
    say(appended("s", 1, "a"));
    say(snapshot("s", 9, [entity(1, { messageId: "m", text: "abc" })]));
    say(appended("s", 9, "!"));
    expect([session.ordinal, texts(session)]).toEqual([9n, ["abc"]]);
  });
});

describe("a newer server", () => {
  test("can have UI events that the client does not know: left out, and reported once a name", () => {
    const { session, say, errors } = follow();
    say(snapshot("s", 0));
    for (const ordinal of [1, 2]) {
      const payload = { "@type": "type.googleapis.com/chat.v9.Thought", thought: "?" };
      say({ uiEvent: { sessionId: "s", eventOrdinal: String(ordinal), name: "ChatThought", payload } });
    }
    say(appended("s", 3, "a"));
    expect([session.ordinal, texts(session)]).toEqual([3n, ["a"]]);
    expect(errors).toEqual(['unknown UI event "ChatThought" is left out: is the client older than the server?']);
    vi.advanceTimersByTime(60_000);
  });

  test("can have kinds of entities that the client does not know: the others are there", () => {
    const { session, say, errors } = follow();
    const unknown = { kind: "ChatThought", id: "1", payload: { "@type": "type.googleapis.com/chat.v9.T", x: 1 } };
    say(snapshot("s", 3, [unknown, entity(1, { messageId: "m", text: "a" }), { ...unknown, id: "2" }]));
    expect([session.ordinal, texts(session)]).toEqual([3n, ["a"]]);
    expect(errors).toEqual(['unknown timeline entity "ChatThought" is left out: is the client older than the server?']);
  });

  test("can have frames, fields and enum values that the client does not know", () => {
    const { session, say, errors } = follow();
    say({ hello: { connectionId: "c", supports: ["delta"] }, extra: 1 });
    say({ weather: { rain: true } });
    const message = entity(1, { messageId: "m", text: "a", status: "STATUS_PONDERING" as "STATUS_STOPPED" });
    say(snapshot("s", 1, [{ ...message, payload: { ...message.payload, mood: "good" }, extra: [] }]));
    const next = appended("s", 2, "b");
    say({ uiEvent: { ...next.uiEvent, payload: { ...next.uiEvent.payload, mood: "bad" } } });
    expect([texts(session), errors]).toEqual([["ab"], []]);
  });

  test("can send an entity that cannot be read: the others are there", () => {
    const { session, say, errors } = follow();
    const wrongType = {
      ...entity(1, { messageId: "x" }),
      payload: { "@type": "type.googleapis.com/chat.v1.ChatMessageUpdate" },
    };
    const wrongField = { ...entity(1, { messageId: "y" }) };
    say(
      snapshot("s", 3, [
        wrongType,
        { ...wrongField, payload: { ...wrongField.payload, text: 7 } },
        "nothing",
        entity(1, { messageId: "m", text: "a" }),
      ]),
    );
    expect([session.isHydrated, texts(session)]).toEqual([true, ["a"]]);
    expect(errors).toHaveLength(3);
  });
});

test("messages that are no frames are reported and change nothing", () => {
  const { network, session, say, errors } = follow();
  say(snapshot("s", 0));
  for (const text of [
    "",
    "{",
    "7",
    "null",
    "[]",
    '{"snapshot":7}',
    '{"snapshot":{"entities":1}}',
    '{"uiEvent":{"eventOrdinal":"x"}}',
  ]) {
    network.last.sayText(text);
  }
  network.last.sayText(new Uint8Array([1, 2]));
  say(appended("s", 1, "a"));
  expect([texts(session), errors.length]).toEqual([["a"], 9]);
});

test("frames of sessions that are not followed are ignored", () => {
  const { say, errors, client } = follow();
  say(snapshot("other", 0));
  say(appended("other", 1, "a"));
  say(errorFrame("other", "snapshot_failed"));
  expect(errors).toHaveLength(1);
  client.close();
  expect(vi.getTimerCount()).toBe(0);
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

describe("those who listen", () => {
  test("hear an event after the timeline has it; one that throws is reported and keeps nobody from hearing", () => {
    const { session, say, errors } = follow();
    say(snapshot("s", 0));
    const heard: unknown[] = [];
    session.watch(() => {
      throw new Error("watcher");
    });
    session.on(ChatMessageAppended, () => {
      throw "a string";
    });
    session.on(ChatMessageAppended, ({ name, ordinal }) => heard.push(name, ordinal, ...texts(session)));
    say(appended("s", 1, "a"));
    expect([heard, errors]).toEqual([
      ["ChatMessageAppended", 1n, "a"],
      ["watcher", "a string"],
    ]);
  });

  test("can listen twice with the same function, end it twice, and end it while they are called", () => {
    const { session, say } = follow();
    say(snapshot("s", 0));
    let calls = 0;
    const listener = () => calls++;
    const ends = [session.watch(listener), session.watch(listener)];
    say(appended("s", 1, "a"));
    ends[0]?.();
    ends[0]?.();
    say(appended("s", 2, "b"));
    expect(calls).toBe(3);
    let others = 0;
    session.on(ChatMessageAppended, () => session.close());
    session.on(ChatMessageAppended, () => others++);
    say(appended("s", 3, "c"));
    say(appended("s", 4, "d"));
    expect([others, calls, session.ordinal]).toEqual([0, 4, 3n]);
  });
});

test("a session is the same for all who ask, until it is closed; then it is a new one", () => {
  const { network, client, session, say } = follow();
  expect(client.session("s")).toBe(session);
  say(snapshot("s", 1, [entity(1, { messageId: "m", text: "a" })]));
  session.close();
  session.close();
  const next = client.session("s");
  expect(next).not.toBe(session);
  expect(network.last.sent).toEqual([subscribe(), { unsubscribe: { sessionId: "s" } }, subscribe()]);
  // Still on its way from before.
  say(appended("s", 2, "b"));
  say(snapshot("s", 2, [entity(1, { messageId: "m", text: "ab" })]));
  session.close();
  say(appended("s", 3, "c"));
  expect([texts(next), texts(session)]).toEqual([["abc"], ["a"]]);
});

test("a session id that no server takes is refused", () => {
  const { client } = follow();
  for (const id of ["", "\ud800", "x".repeat(513)]) expect(() => client.session(id)).toThrow("is not usable");
});

test("without a client projection the timeline stays as the snapshot had it, and events are heard", () => {
  const { session, say } = follow({ features: [chat] });
  const heard: string[] = [];
  session.on(ChatMessageAppended, ({ payload }) => heard.push(payload.text));
  say(snapshot("s", 1, [entity(1, { messageId: "m", text: "a" })]));
  say(appended("s", 2, "b"));
  expect([texts(session), heard]).toEqual([["a"], ["b"]]);
});
