import { connect } from "@sessionstream/runtime/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { chat } from "../../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";
import { connectFake } from "../../../test/fixtures/chat/fake-client.js";
import type { FakeNetwork } from "../../../test/fixtures/chat/fake-server.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const reconnect = { first: 100, longest: 1600 };

test("after close nothing happens any more, also when it was connecting or pausing", () => {
  for (const prepare of [(_: FakeNetwork) => {}, (network: FakeNetwork) => network.last.lose()]) {
    const { network, client, errors } = connectFake({ reconnect });
    client.session("s");
    prepare(network);
    const before = errors.length;
    client.close();
    client.close();
    client.reconnect();
    network.last.accept();
    network.last.lose();
    vi.advanceTimersByTime(60_000);
    expect([client.state, network.sockets.length, network.last.sent.length]).toEqual(["closed", 1, 0]);
    expect(errors).toHaveLength(before);
    expect(() => client.session("s")).toThrow("the client is closed");
  }
  expect(vi.getTimerCount()).toBe(0);
});

test("a watcher that throws is reported and keeps nobody from anything", () => {
  const { network, client, errors } = connectFake({ reconnect });
  client.session("s");
  client.watch(() => {
    throw new Error("watcher");
  });
  let heard = 0;
  client.watch(() => heard++);
  network.last.accept();
  expect(network.last.sent).toEqual([{ subscribe: { sessionId: "s" } }]);
  client.close();
  expect([network.last.closedByClient, heard, errors]).toEqual([true, 2, ["watcher", "watcher"]]);
});

test("an onError that throws harms nothing", () => {
  const print = vi.spyOn(console, "error").mockImplementation(() => {});
  const { network, client } = connectFake({
    onError: () => {
      throw new Error("observer");
    },
  });
  network.last.accept();
  network.last.sayText("no JSON");
  expect(client.state).toBe("open");
  expect(print).toHaveBeenCalledOnce();
  print.mockRestore();
});

test("where there is no WebSocket class, or no page for a relative URL, the error says what to give", () => {
  const global = globalThis as { WebSocket?: unknown };
  const builtIn = global.WebSocket;
  delete global.WebSocket;
  try {
    expect(() => connect("ws://server.test/ws", { features: [chat] })).toThrow(
      'give `webSocket: WebSocket` of the package "ws"',
    );
  } finally {
    if (builtIn !== undefined) global.WebSocket = builtIn;
  }
  expect(() => connect("/ws", { features: [chat], webSocket: WebSocket })).toThrow(
    'client option url: got "/ws", want an absolute one',
  );
});

test("features that clash are refused", () => {
  expect(() => connectFake({ features: [chat, chat] })).toThrow('feature "Chat" already registered');
});
