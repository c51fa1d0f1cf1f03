import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ChatMessage, chatClientFeature } from "../../../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";
import { connectFake, follow, resume, subscribe, texts } from "../../../../test/fixtures/chat/fake-client.js";
import { appended, delta, entity, reset, snapshot, tombstone, uiEvent } from "../../../../test/fixtures/chat/frames.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const message = (ordinal: number, messageId: string, text: string) => entity(ordinal, { messageId, text });

/** A client of a server that has "resume", with a snapshot of two messages at ordinal 5. */
function hydrated(options?: Parameters<typeof follow>[0]) {
  const followed = follow(options, ["resume"]);
  followed.say(reset(5, "new", "e", [message(1, "a", "A"), message(2, "b", "B")]));
  const { network } = followed;
  return {
    ...followed,
    /** Loses the connection, and is back at a server with these extensions. */
    returnTo(...extensions: string[]) {
      network.last.lose();
      vi.advanceTimersByTime(1600);
      network.last.accept(...extensions);
      return network.last.sent;
    },
  };
}

describe("what is asked for", () => {
  test("waits for what the server says of itself", () => {
    const { network, client } = connectFake();
    client.session("s");
    network.last.acceptSilently();
    const other = client.session("t");
    other.close();
    client.session("u");
    expect(network.last.sent).toEqual([]);
    network.last.say({ hello: { connectionId: "c", extensions: ["resume"] } });
    const [s, u] = ["s", "u"].map((sessionId) => ({ subscribe: { sessionId, resume: true } }));
    expect(network.last.sent).toEqual([s, u]);
    // It greets once a connection.
    network.last.say({ hello: { connectionId: "c" } });
    client.session("v");
    expect(network.last.sent).toEqual([s, u, { subscribe: { sessionId: "v", resume: true } }]);
  });

  test("is asked of a server that does not greet when it says something else", () => {
    const { network, client } = connectFake();
    client.session("s");
    network.last.acceptSilently();
    network.last.say({ pong: {} });
    expect(network.last.sent).toEqual([subscribe()]);
    network.last.say({ hello: { connectionId: "c", extensions: ["resume"] } });
    client.session("t");
    expect(network.last.sent).toEqual([subscribe(), { subscribe: { sessionId: "t" } }]);
  });

  test("waits for what the server says on each connection, also where a watcher asks as soon as it is open", () => {
    const { network, client } = hydrated();
    client.watch(() => {
      if (client.state === "open") client.session("t");
    });
    network.last.lose();
    vi.advanceTimersByTime(1600);
    network.last.acceptSilently();
    expect(network.last.sent).toEqual([]);
    network.last.say({ hello: { connectionId: "c" } });
    expect(network.last.sent).toEqual([subscribe(5), { subscribe: { sessionId: "t" } }]);
  });

  test("is nothing after the session was closed, whatever was wrong before", () => {
    const { network, session, say } = hydrated();
    say(delta(6, "f"));
    session.close();
    vi.advanceTimersByTime(5000);
    expect(network.last.sent).toEqual([resume(), { unsubscribe: { sessionId: "s" } }]);
  });

  test("begins with the last snapshot, not with the UI events since", () => {
    const { network, say, returnTo } = hydrated();
    expect(network.last.sent).toEqual([resume()]);
    say(appended("s", 6, "!", "a"));
    expect(returnTo("resume")).toEqual([resume(5, "e")]);
    network.last.say(delta(6, "e", [message(6, "a", "A!")]));
    network.last.say(appended("s", 7, "!", "a"));
    expect(returnTo("resume")).toEqual([resume(6, "e")]);
  });

  test("has nothing new for a server that does not say that it knows it", () => {
    const { network, session, say, returnTo } = hydrated();
    say(appended("s", 6, "!", "a"));
    expect(returnTo("else")).toEqual([subscribe(6)]);
    network.last.say(snapshot("s", 7, [message(7, "c", "C")]));
    expect([texts(session), session.hydration]).toEqual([["C"], { mode: "reset", reason: undefined }]);
    // What such a server gave cannot be gone on from.
    expect(returnTo("resume")).toEqual([resume(7)]);
  });
});

describe("a delta", () => {
  test("adds what was missed to what is there: new, changed, deleted", () => {
    const { network, session, returnTo } = hydrated();
    expect(session.hydration).toEqual({ mode: "reset", reason: "new" });
    returnTo("resume");
    let changes = 0;
    session.watch(() => changes++);
    network.last.say(delta(9, "e", [message(7, "a", "A2"), message(9, "c", "C"), tombstone(8, "b")]));
    expect([session.ordinal, texts(session), changes]).toEqual([9n, ["A2", "C"], 1]);
    expect(session.hydration).toEqual({ mode: "delta", reason: undefined });
    for (const ordinal of [8, 9]) network.last.say(appended("s", ordinal, "!", "a"));
    network.last.say(appended("s", 10, "!", "a"));
    expect(texts(session)).toEqual(["A2!", "C"]);
  });

  test("takes the place of what was folded since the snapshot", () => {
    const { network, session, say, errors, returnTo } = hydrated();
    say(appended("s", 6, "!", "a"));
    say(appended("s", 7, "new", "c"));
    returnTo("resume");
    network.last.say(delta(9, "e", [message(8, "a", "A!?"), tombstone(9, "c")]));
    expect([texts(session), errors]).toEqual([["B", "A!?"], []]);
  });

  test("that comes without being asked for goes on from the one before it", () => {
    const { session, say, errors } = hydrated();
    say(delta(6, "e", [message(6, "a", "A6")]));
    say(appended("s", 7, "!", "b"));
    say(delta(8, "e", [message(8, "b", "B!8")]));
    expect([session.ordinal, texts(session), errors]).toEqual([8n, ["A6", "B!8"], []]);
  });

  test("leaves nothing of an entity whose new state cannot be read", () => {
    const { session, say, errors } = hydrated();
    const broken = message(6, "a", "A");
    say(delta(6, "e", [{ ...broken, payload: { ...broken.payload, text: 7 } }]));
    expect([texts(session), errors.length]).toEqual([["B"], 1]);
  });

  test.each([
    ["of another epoch", delta(6, "f", [message(6, "a", "?")])],
    ["of the past", delta(4, "e", [message(4, "a", "?")])],
  ])("%s does not fit: the whole is asked for", (_, frame) => {
    const { network, session, say, errors } = hydrated();
    say(frame);
    expect([session.ordinal, texts(session)]).toEqual([5n, ["A", "B"]]);
    expect(errors).toEqual(['the server sent a delta of session "s" that cannot be added to what is here']);
    vi.advanceTimersByTime(100);
    expect(network.last.sent).toEqual([resume(), resume()]);
    say(reset(6, "new", "f", [message(6, "c", "C")]));
    expect(texts(session)).toEqual(["C"]);
    vi.advanceTimersByTime(2000);
    expect(network.last.sent).toHaveLength(2);
  });

  test("to a client that has nothing does not fit either", () => {
    const { network, session, say, errors } = follow({}, ["resume"]);
    say(delta(6, "e", [message(6, "a", "?")]));
    say(delta(6, "", [message(6, "a", "?")]));
    expect([session.isHydrated, session.hydration, texts(session), errors.length]).toEqual([false, undefined, [], 2]);
    vi.advanceTimersByTime(100);
    expect(network.last.sent).toEqual([resume(), resume()]);
  });
});

describe("a reset", () => {
  test.each(["new", "epoch", "ahead", "stalled"] as const)("says why: %s", (reason) => {
    const { network, session, returnTo } = hydrated();
    returnTo("resume");
    network.last.say(reset(3, reason, "f", [message(3, "c", "C")]));
    expect([session.ordinal, texts(session), session.hydration]).toEqual([3n, ["C"], { mode: "reset", reason }]);
    expect(returnTo("resume")).toEqual([resume(3, "f")]);
  });

  test("leaves nothing to find of what was folded before", () => {
    const { say, errors } = hydrated();
    say(appended("s", 6, "!", "a"));
    say(reset(7, "epoch", "f", [message(1, "a", "A")]));
    say(delta(8, "f"));
    expect(errors).toEqual([]);
  });

  test("for a reason of a newer server is a reset", () => {
    const { session, say } = hydrated();
    say(reset(6, "mood", "f", []));
    expect([texts(session), session.hydration]).toEqual([[], { mode: "reset", reason: undefined }]);
  });
});

describe("a snapshot in several frames", () => {
  test("is shown when the last one is there, at once", () => {
    const { session, say } = hydrated();
    const seen: string[][] = [];
    session.watch(() => seen.push(texts(session)));
    say(reset(9, "epoch", "f", [message(7, "c", "C")], { more: true }));
    say(reset(9, "epoch", "f", [message(8, "d", "D")], { more: true, page: 1 }));
    expect([session.ordinal, texts(session), seen]).toEqual([5n, ["A", "B"], []]);
    say(reset(9, "epoch", "f", [message(9, "e", "E")], { page: 2 }));
    expect([session.ordinal, seen]).toEqual([9n, [["C", "D", "E"]]]);
  });

  test("can be a delta", () => {
    const { session, say } = hydrated();
    say(delta(9, "e", [message(7, "c", "C")], { more: true }));
    expect(texts(session)).toEqual(["A", "B"]);
    say(delta(9, "e", [tombstone(9, "a")], { page: 1 }));
    expect([texts(session), session.hydration?.mode]).toEqual([["B", "C"], "delta"]);
  });

  test("that breaks off with the connection leaves nothing behind", () => {
    const { network, session, say, errors, returnTo } = hydrated();
    say(reset(9, "epoch", "f", [message(7, "c", "C")], { more: true }));
    expect(returnTo("resume")).toEqual([resume(5, "e")]);
    network.last.say(reset(9, "epoch", "f", [message(8, "d", "D")]));
    expect([texts(session), errors]).toEqual([["D"], []]);
  });

  test("that breaks off for another one leaves nothing behind", () => {
    const { session, say, errors } = hydrated();
    say(delta(9, "e", [message(7, "c", "C")], { more: true }));
    say(delta(10, "e", [message(8, "d", "D")], { more: true }));
    say(delta(10, "e", [message(9, "f", "F")], { page: 1 }));
    expect([texts(session), errors]).toEqual([["A", "B", "D", "F"], []]);
  });

  test("of which one is missing is an error once, not with each that follows", () => {
    const { session, say, errors } = hydrated();
    for (const page of [2, 3, 4]) say(reset(9, "epoch", "f", [], { page, more: true }));
    say(reset(9, "epoch", "f", [], { page: 5 }));
    expect([texts(session), errors.length]).toEqual([["A", "B"], 1]);
    say(reset(9, "epoch", "f", [message(7, "c", "C")], { more: true }));
    say(reset(9, "epoch", "f", [message(8, "d", "D")], { page: 1 }));
    expect([texts(session), errors.length]).toEqual([["C", "D"], 1]);
    for (const page of [1, 2]) say(reset(9, "epoch", "f", [], { page, more: true }));
    expect(errors).toHaveLength(2);
  });

  test.each([
    ["is missing", [reset(9, "epoch", "f", [], { more: true }), reset(9, "epoch", "f", [], { page: 2 })]],
    ["is the first that came", [reset(9, "epoch", "f", [], { page: 1 })]],
    ["is of another snapshot", [reset(9, "epoch", "f", [], { more: true }), reset(10, "epoch", "f", [], { page: 1 })]],
    ["is of another epoch", [reset(9, "epoch", "f", [], { more: true }), reset(9, "epoch", "g", [], { page: 1 })]],
    ["is of a delta", [reset(9, "epoch", "e", [], { more: true }), delta(9, "e", [], { page: 1 })]],
  ])("of which one %s is not shown: the whole is asked for", (_, frames) => {
    const { network, session, say, errors } = hydrated();
    for (const frame of frames) say(frame);
    expect(texts(session)).toEqual(["A", "B"]);
    expect(errors).toEqual([expect.stringMatching(/^the server sent frame \d of a snapshot without those before it$/)]);
    vi.advanceTimersByTime(100);
    expect(network.last.sent).toEqual([resume(), resume()]);
  });
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
