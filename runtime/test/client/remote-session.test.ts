import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ChatMessageAppended, chat } from "../../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";
import { follow, subscribe, texts } from "../../../test/fixtures/chat/fake-client.js";
import { appended, entity, errorFrame, snapshot, uiEvent } from "../../../test/fixtures/chat/frames.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
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
  const { network, client, session, say, errors } = follow();
  expect(client.session("s")).toBe(session);
  say(snapshot("s", 1, [entity(1, { messageId: "m", text: "a" })]));
  session.close();
  session.close();
  const next = client.session("s");
  expect(next).not.toBe(session);
  expect(network.last.sent).toEqual([subscribe(), { unsubscribe: { sessionId: "s" } }, subscribe()]);
  // Still on its way from before.
  say(appended("s", 2, "b"));
  say(snapshot("s", 2, [entity(1, { messageId: "m", text: "old" })]));
  say(errorFrame("s", "forbidden"));
  expect([next.version, next.isHydrated, next.refusal, errors]).toEqual([0, false, undefined, []]);
  network.last.answerLeft();
  say(snapshot("s", 2, [entity(1, { messageId: "m", text: "ab" })]));
  session.close();
  say(appended("s", 3, "c"));
  expect([texts(next), texts(session)]).toEqual([["abc"], ["a"]]);
});

test("what is on its way to a session that was left again and again waits for as many answers", () => {
  const { network, client, say } = follow();
  client.session("s").close();
  client.session("s").close();
  const third = client.session("s");
  network.last.answerLeft(1);
  say(snapshot("s", 1));
  expect(third.isHydrated).toBe(false);
  network.last.answerLeft();
  say(snapshot("s", 2));
  expect(third.ordinal).toBe(2n);
});

test("the answers that are still to come are not waited for on the next connection", () => {
  const { network, client } = follow();
  client.session("s").close();
  const next = client.session("s");
  network.last.lose();
  vi.advanceTimersByTime(1600);
  network.last.accept();
  network.last.say(snapshot("s", 1));
  expect(next.isHydrated).toBe(true);
});

test("an event that is not known or cannot be read moves the ordinal, and watchers are told", () => {
  const { session, say } = follow();
  say(snapshot("s", 1));
  const seen: unknown[] = [];
  session.watch(() => seen.push([session.ordinal, session.version]));
  say({ uiEvent: { sessionId: "s", eventOrdinal: "2", name: "Unknown" } });
  say({ uiEvent: { sessionId: "s", eventOrdinal: "3", name: "ChatMessageAppended", payload: { text: 7 } } });
  expect(seen).toEqual([
    [2n, 2],
    [3n, 3],
  ]);
  session.close();
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
