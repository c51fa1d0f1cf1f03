import { expect, test, vi } from "vitest";
import { BoardAppended, BoardSet } from "../../../../test/fixtures/board/board.js";
import { TestClient } from "../support/client.js";
import { Copy, notesOf } from "../support/copy.js";
import { large, publishUntilLagging } from "../support/lagging.js";
import { slowHydrations } from "../support/slow-hydrations.js";
import type { Start } from "../support/started.js";
import * as frame from "../support/transcripts.js";

const maxBufferedBytes = 2 ** 16;
export function backpressureConformance(start: Start): void {
  test("a client that stops reading is resynchronised; publisher and other clients go on", async () => {
    const { hub, at, transport } = await start({ maxBufferedBytes });
    const [stopped, other] = [await TestClient.open(at), await TestClient.open(at)];
    await stopped.follow("s");
    await other.follow("s");
    stopped.webSocket.pause();
    const published = await publishUntilLagging(hub, transport);
    await hub.publish("s", BoardSet, { code: "last", message: "!" });
    const seen = await other.takeUntil(({ uiEvent }) => uiEvent?.eventOrdinal === `${published + 1}`);
    expect(frame.ordinalsOf(seen)).toEqual(Array.from({ length: published + 1 }, (_, index) => index + 1));

    stopped.webSocket.resume();
    const copy = new Copy();
    copy.apply(frame.snapshot("s", 0));
    for (const taken of await stopped.takeUntil(({ subscribed }) => subscribed)) copy.apply(taken);
    expect(copy.hydrations).toHaveLength(2);
    await hub.publish("s", BoardAppended, { code: "last", message: "?" });
    for (const taken of await stopped.takeAll()) copy.apply(taken);
    expect(copy.notes).toEqual(notesOf(await hub.snapshot("s")));
    expect(copy.notes.get("last")).toBe("!?");
  });

  test("a client that does not catch up in time is closed with 4008", async () => {
    const { hub, at, transport } = await start({ maxBufferedBytes, lagTimeout: 50 });
    const client = await TestClient.open(at);
    await client.follow("s");
    client.webSocket.pause();
    await publishUntilLagging(hub, transport);
    // Beyond the time, but within that which it has to take the close.
    await new Promise((resolve) => setTimeout(resolve, 100));
    client.webSocket.resume();
    expect(await client.closed).toEqual({ code: 4008, reason: "too slow" });
  });

  test("a client that never reads again is gone in bounded time", async () => {
    const codes: unknown[] = [];
    const { hub, at, transport } = await start({
      maxBufferedBytes,
      lagTimeout: 50,
      observer: ({ stage, code }) => void (stage === "error" && codes.push(code)),
    });
    const client = await TestClient.open(at);
    await client.follow("s");
    client.webSocket.pause();
    await publishUntilLagging(hub, transport);
    await vi.waitFor(() => expect(transport.connections()).toEqual([]), 5000);
    expect(codes).toEqual(["4008"]);
    await hub.publish("s", BoardSet, { code: "a" });
  });

  test("a client that asks but does not read is not read either", async () => {
    const { at, transport } = await start({ maxBufferedBytes });
    const client = await TestClient.open(at);
    client.webSocket.pause();
    for (let i = 0; i < 500; i++) client.send({ ping: { nonce: large } });
    const { webSocket } = client;
    const unsent = async () => {
      const { bufferedAmount } = webSocket;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return webSocket.bufferedAmount === bufferedAmount ? bufferedAmount : Number.NaN;
    };
    // What it sends stays with it, once what it would get has filled the buffers.
    await vi.waitFor(async () => expect(await unsent()).toBeGreaterThan(maxBufferedBytes), 5000);
    expect(transport.connections()[0]?.bufferedBytes).toBeLessThan(maxBufferedBytes + 4 * large.length);
    client.webSocket.resume();
    expect(await client.take(500)).toHaveLength(500);
  });

  test("pings of the protocol itself do not fill the buffers either", async () => {
    const { at, transport } = await start({ maxBufferedBytes });
    const client = await TestClient.open(at);
    client.webSocket.pause();
    for (let i = 0; i < 20_000; i++) client.webSocket.ping("x".repeat(125));
    await new Promise((resolve) => setTimeout(resolve, 200));
    // `ws` may have ended a connection that overdoes it.
    expect(transport.connections()[0]?.bufferedBytes ?? 0).toBeLessThan(4 * maxBufferedBytes);
  });

  test("a flood of requests to subscribe does not pile up", async () => {
    const { hub, at } = await start({ maxSubscriptions: 5 });
    const slow = slowHydrations(hub);
    const client = await TestClient.open(at);
    // The hub has the session in memory, so that only snapshots are loaded.
    await client.follow("s");
    const release = slow.hold("s");
    const padding = `{"subscribe":{"sessionId":"s"}}${" ".repeat(20_000)}`;
    for (let i = 0; i < 2000; i++) client.webSocket.send(padding);
    await vi.waitFor(() => expect(slow.begun).toBeGreaterThan(5), 5000);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(slow.begun).toBeLessThan(50);
    release();
    await client.takeUntil(({ subscribed }) => subscribed);
    await client.takeAll();
  });

  test("snapshots wait for a client that does not read: at most one is buffered beyond the limit", async () => {
    const { hub, at, transport } = await start({ maxBufferedBytes });
    const sessions = Array.from({ length: 30 }, (_, index) => `s${index}`);
    for (const session of sessions) {
      for (let i = 0; i < 10; i++) await hub.publish(session, BoardSet, { code: `${i}`, message: large });
    }
    const client = await TestClient.open(at);
    client.webSocket.pause();
    for (const session of sessions) client.subscribe(session);
    const states = () => transport.connections()[0]?.subscriptions.map(({ state }) => state) ?? [];
    await vi.waitFor(() => {
      expect(states()).toHaveLength(sessions.length);
      expect(states()).toContain("lagging");
      expect(states()).not.toContain("hydrating");
    }, 5000);
    expect(transport.connections()[0]?.bufferedBytes).toBeLessThan(maxBufferedBytes + 12 * large.length);
    client.webSocket.resume();
    const waiting = new Set(sessions);
    await client.takeUntil(({ subscribed }) => {
      waiting.delete(subscribed?.sessionId);
      return waiting.size === 0;
    });
    expect(new Set(states())).toEqual(new Set(["live"]));
  });

  test("a snapshot beyond the limit does not make a client lag", async () => {
    const { hub, at, transport } = await start({ maxBufferedBytes });
    for (let i = 0; i < 300; i++) await hub.publish("s", BoardSet, { code: `${i}`, message: large });
    const client = await TestClient.open(at);
    client.webSocket.pause();
    client.subscribe("s");
    const state = () => transport.connections()[0]?.subscriptions[0]?.state;
    await vi.waitFor(() => expect(state()).toBe("live"), 5000);
    expect(transport.connections()[0]?.bufferedBytes).toBeGreaterThan(maxBufferedBytes);
    for (let i = 0; i < 5; i++) await hub.publish("s", BoardAppended, { code: "0", message: `${i}` });
    expect(state()).toBe("live");
    client.webSocket.resume();
    const frames = await client.takeUntil(({ uiEvent }) => uiEvent?.eventOrdinal === "305");
    expect(frames.map((taken) => Object.keys(taken)[0])).toEqual([
      "snapshot",
      "subscribed",
      ...Array(5).fill("uiEvent"),
    ]);
  });
}
