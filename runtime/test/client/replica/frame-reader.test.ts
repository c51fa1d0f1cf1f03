import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { follow, texts } from "../../../../test/fixtures/chat/fake-client.js";
import { appended, entity, errorFrame, snapshot } from "../../../../test/fixtures/chat/frames.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
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
