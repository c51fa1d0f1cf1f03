import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { follow, resume, texts } from "../../../../test/fixtures/chat/fake-client.js";
import { appended, delta, reset, tombstone } from "../../../../test/fixtures/chat/frames.js";
import { hydrated, message } from "../hydrated.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
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
  test.each(["new", "epoch", "deleted", "ahead", "stalled", "behind"] as const)("says why: %s", (reason) => {
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
