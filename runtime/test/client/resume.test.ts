import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { connectFake, resume, subscribe, texts } from "../../../test/fixtures/chat/fake-client.js";
import { appended, delta, snapshot } from "../../../test/fixtures/chat/frames.js";
import { hydrated, message } from "./hydrated.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("what is asked of a server", () => {
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
