import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { connectFake } from "../../../../test/fixtures/chat/fake-client.js";
import { FakeNetwork } from "../../../../test/fixtures/chat/fake-server.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const reconnect = { first: 100, longest: 1600 };

test("it reconnects after a pause, and says how it stands with the server", () => {
  const { network, client } = connectFake({ reconnect });
  const states = [client.state];
  client.watch(() => states.push(client.state));
  network.last.accept();
  network.last.lose();
  vi.advanceTimersByTime(49);
  expect(network.sockets).toHaveLength(1);
  vi.advanceTimersByTime(51);
  expect(network.sockets).toHaveLength(2);
  network.last.accept();
  client.close();
  expect(states).toEqual(["connecting", "open", "reconnecting", "open", "closed"]);
  expect(network.last.closedByClient).toBe(true);
});

test("each pause is up to twice the one before, at most the longest, and less at random by up to a half", () => {
  const { network } = connectFake({ reconnect });
  for (const most of [100, 200, 400, 800, 1600, 1600, 1600]) {
    const before = network.sockets.length;
    network.last.lose();
    vi.advanceTimersByTime(most / 2 - 1);
    expect(network.sockets).toHaveLength(before);
    vi.advanceTimersByTime(most / 2 + 1);
    expect(network.sockets).toHaveLength(before + 1);
  }
});

test("a server that greets and hangs up is not asked ever faster; one that stayed is asked soon again", () => {
  const { network } = connectFake({ reconnect });
  for (let times = 0; times < 6; times++) {
    network.last.accept();
    network.last.lose();
    vi.advanceTimersByTime(1600);
  }
  network.last.accept();
  network.last.lose();
  const before = network.sockets.length;
  vi.advanceTimersByTime(799);
  expect(network.sockets).toHaveLength(before);
  vi.advanceTimersByTime(801);
  network.last.accept();
  vi.advanceTimersByTime(1700);
  network.last.lose();
  vi.advanceTimersByTime(100);
  expect(network.sockets).toHaveLength(before + 2);
});

test("a server that never answers the attempt to connect is left", () => {
  const { network, errors } = connectFake({ reconnect, connectTimeout: 1000 });
  const [first] = network.sockets;
  vi.advanceTimersByTime(1000);
  expect(first?.closedByClient).toBe(true);
  expect(errors).toEqual(["cannot connect to ws://server.test/ws: no answer"]);
  vi.advanceTimersByTime(100);
  expect(network.sockets).toHaveLength(2);
  // What the one that was left still says is not heard.
  first?.accept();
  expect(first?.sent).toEqual([]);
});

test("a server that accepts and says nothing is left", () => {
  const { network, client } = connectFake({ reconnect, connectTimeout: 1000 });
  network.last.acceptSilently();
  expect(client.state).toBe("open");
  vi.advanceTimersByTime(1000);
  expect(client.state).toBe("reconnecting");
  expect(network.last.closedByClient).toBe(true);
});

test("a server that falls silent is pinged, and left when it does not answer", () => {
  const { network, client } = connectFake({ reconnect, connectTimeout: 1000, pingInterval: 5000 });
  network.last.accept();
  vi.advanceTimersByTime(1000);
  expect(network.last.sent).toEqual([{ ping: {} }]);
  network.last.say({ pong: {} });
  vi.advanceTimersByTime(5000);
  expect(network.last.sent).toHaveLength(2);
  vi.advanceTimersByTime(4999);
  expect(client.state).toBe("open");
  vi.advanceTimersByTime(1);
  expect(client.state).toBe("reconnecting");
});

test("it answers the server's pings", () => {
  const { network } = connectFake();
  network.last.accept();
  network.last.say({ ping: { nonce: "n" } });
  expect(network.last.sent).toEqual([{ pong: { nonce: "n" } }]);
});

test("reconnect tries at once, and changes nothing while an attempt is under way or the connection is open", () => {
  const { network, client } = connectFake({ reconnect: { first: 60_000 } });
  client.reconnect();
  expect(network.sockets).toHaveLength(1);
  network.last.accept();
  client.reconnect();
  network.last.lose();
  client.reconnect();
  client.reconnect();
  expect(network.sockets).toHaveLength(2);
  network.last.accept();
  expect(client.state).toBe("open");
});

test("a series of failed attempts is reported once, with the reason and without the query", () => {
  const { network, errors } = connectFake({ reconnect });
  network.last.lose("Unexpected server response: 401");
  vi.advanceTimersByTime(100);
  network.last.lose("Unexpected server response: 401");
  vi.advanceTimersByTime(200);
  network.last.accept();
  network.last.lose();
  expect(errors).toEqual(["cannot connect to ws://server.test/ws: Unexpected server response: 401"]);
  vi.advanceTimersByTime(1600);
  network.last.lose();
  expect(errors).toHaveLength(2);
});

test("a WebSocket class that throws ends the first attempt, and is tried again later", () => {
  const network = new FakeNetwork();
  network.refusal = new SyntaxError("no");
  expect(() => connectFake({}, network)).toThrow("no");
  network.refusal = undefined;
  const { client, errors } = connectFake({ reconnect }, network);
  network.last.accept();
  network.refusal = new Error("insufficient resources");
  network.last.lose();
  vi.advanceTimersByTime(100);
  expect([client.state, errors]).toEqual([
    "reconnecting",
    ["cannot connect to ws://server.test/ws: insufficient resources"],
  ]);
  network.refusal = undefined;
  vi.advanceTimersByTime(200);
  network.last.accept();
  expect(client.state).toBe("open");
});
