import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { resume, texts } from "../../../../test/fixtures/chat/fake-client.js";
import { delta, reset, tombstone } from "../../../../test/fixtures/chat/frames.js";
import { hydrated, message } from "../hydrated.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
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
