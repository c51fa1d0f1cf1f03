import { expect, test, vi } from "vitest";
import { TestClient } from "../../runtime/test/ws/support/client.js";
import { statusOf } from "../../runtime/test/ws/support/refusal.js";
import { slowStore } from "../../runtime/test/ws/support/slow-store.js";
import { starting } from "../../runtime/test/ws/support/started.js";
import * as frame from "../../runtime/test/ws/support/transcripts.js";
import { BoardMoved, BoardSet } from "../fixtures/board/board.js";
import { inMemory, overTcp } from "../fixtures/board/serve.js";

const start = starting(overTcp);
const startInMemory = starting(inMemory);

test("there is a read limit", async () => {
  const client = await TestClient.open((await start()).at);
  client.webSocket.send("x".repeat(2 ** 16 + 1));
  expect((await client.closed).code).toBe(1009);
});

test("there are deadlines: a client that lags is closed after a time", async () => {
  const { hub, at } = await startInMemory({ maxBufferedBytes: 2 ** 16, lagTimeout: 50 });
  const client = await TestClient.open(at);
  await client.follow("s");
  client.webSocket.pause();
  for (let i = 0; i < 20; i++) await hub.publish("s", BoardSet, { code: "a", message: "x".repeat(10_000) });
  await new Promise((resolve) => setTimeout(resolve, 100));
  client.webSocket.resume();
  expect((await client.closed).code).toBe(4008);
});

test("there are pings: a dead peer is closed", async () => {
  const client = await TestClient.open((await start({ pingInterval: 40 })).at, { autoPong: false });
  expect((await client.closed).code).toBe(1006);
});

test("close tells the clients, and drains what they are still to get", async () => {
  const { hub, at, transport } = await start();
  const client = await TestClient.open(at);
  await client.follow("s");
  await hub.publish("s", BoardSet, { code: "a" });
  await transport.close();
  expect(await client.take(1)).toEqual([frame.noteSet("s", 1, "a", "")]);
  expect((await client.closed).code).toBe(1001);
});

test("not any origin may connect", async () => {
  expect(await statusOf((await start()).at, { origin: "https://evil.example" })).toBe(403);
});

test("there are authorization hooks for connect and subscribe", async () => {
  const closed = await start({ authorizeConnect: () => undefined });
  expect(await statusOf(closed.at)).toBe(401);
  const client = await TestClient.open((await start({ authorizeSubscribe: () => false })).at);
  client.subscribe("s");
  expect(await client.take(1)).toEqual([frame.error("forbidden", "the session may not be seen", "s")]);
});

test("internal error text does not go to clients", async () => {
  const slow = slowStore();
  const { at } = await start({}, { store: slow.store });
  const fail = slow.hold("s");
  const client = await TestClient.open(at);
  client.subscribe("s");
  await vi.waitFor(() => expect(slow.loads).toBe(1));
  fail(new Error("connect ECONNREFUSED db.internal:5432"));
  expect(await client.take(1)).toEqual([frame.error("snapshot_failed", "the snapshot could not be loaded", "s")]);
});

test("an ordinal is never half delivered: its UI events go in one write, or none of them", async () => {
  const { hub, at } = await startInMemory({ maxBufferedBytes: 20_000 });
  await hub.publish("s", BoardSet, { code: "a", message: "x".repeat(5000) });
  const client = await TestClient.open(at);
  await client.follow("s");
  client.webSocket.pause();
  for (let i = 0; i < 20; i++)
    await hub.publish("s", BoardMoved, { code: "ab"[i % 2] ?? "", detail: "ba"[i % 2] ?? "" });
  client.webSocket.resume();
  const frames = await client.takeUntil(({ subscribed }) => subscribed);
  const counts = new Map<number, number>();
  for (const ordinal of frame.ordinalsOf(frames)) counts.set(ordinal, (counts.get(ordinal) ?? 0) + 1);
  expect(counts.size).toBeGreaterThan(0);
  expect(counts.size).toBeLessThan(20);
  expect(new Set(counts.values())).toEqual(new Set([2]));
});

test("a slow snapshot does not block the connection's pings", async () => {
  const slow = slowStore();
  const { at } = await start({}, { store: slow.store });
  const release = slow.hold("s");
  const client = await TestClient.open(at);
  client.subscribe("s");
  client.send({ ping: { nonce: "n" } });
  expect(await client.take(1)).toEqual([{ pong: { nonce: "n" } }]);
  release();
  expect(await client.take(2)).toEqual([frame.snapshot("s", 0), frame.subscribed("s")]);
});
