import type { TransportObserver, TransportRecord } from "@sessionstream/runtime/ws";
import { expect, test, vi } from "vitest";
import { BoardSet } from "../../../../test/fixtures/board/board.js";
import { TestClient } from "../support/client.js";
import { statusOf } from "../support/refusal.js";
import { slowHydrations } from "../support/slow-hydrations.js";
import type { Start } from "../support/started.js";

export function observationConformance(start: Start): void {
  test("the observer hears of each stage, and of what the client is not told", async () => {
    const records: TransportRecord[] = [];
    const { hub, at, transport } = await start({ observer: (record) => records.push(record) });
    const slow = slowHydrations(hub);
    const client = await TestClient.open(at);
    const connectionId = transport.connections()[0]?.id;
    await client.follow("s");
    await hub.publish("s", BoardSet, { code: "a" });
    await client.take(1);
    const release = slow.hold("t");
    client.subscribe("t");
    await vi.waitFor(() => expect(slow.begun).toBe(2));
    const secret = new Error("secret");
    release(secret);
    await client.take(1);
    client.send({ unsubscribe: { sessionId: "s" } });
    await client.take(1);
    await client.close();
    await vi.waitFor(() => expect(transport.connections()).toEqual([]));
    expect(await statusOf(at, { origin: "https://evil.example" })).toBe(403);
    const bytes = expect.any(Number);
    expect(records).toEqual([
      { stage: "connect", connectionId },
      { stage: "receive", connectionId, bytes: 31 },
      { stage: "subscribe", connectionId, sessionId: "s" },
      { stage: "snapshot", connectionId, sessionId: "s", ordinal: 0n, bytes },
      { stage: "subscribed", connectionId, sessionId: "s", ordinal: 0n },
      { stage: "send", connectionId, sessionId: "s", ordinal: 1n, bytes },
      { stage: "receive", connectionId, bytes: 31 },
      { stage: "subscribe", connectionId, sessionId: "t" },
      { stage: "error", connectionId, sessionId: "t", code: "snapshot_failed", error: secret },
      { stage: "receive", connectionId, bytes: 33 },
      { stage: "unsubscribe", connectionId, sessionId: "s" },
      { stage: "disconnect", connectionId, code: "1005" },
      { stage: "refuse", connectionId: "", code: "403 Forbidden" },
    ]);
  });

  test.each<[string, TransportObserver]>([
    [
      "throws",
      () => {
        throw new Error("observer");
      },
    ],
    ["rejects", (async () => Promise.reject(new Error("observer"))) as unknown as TransportObserver],
  ])("an observer that %s harms nobody", async (_, observer) => {
    const { hub, at } = await start({ observer });
    const client = await TestClient.open(at);
    await client.follow("s");
    await hub.publish("s", BoardSet, { code: "a" });
    expect(await client.takeAll()).toHaveLength(1);
  });

  test("connections() lists who is there, since when, and what they subscribe to", async () => {
    const { at, transport } = await start();
    const before = Date.now();
    const client = new TestClient(at);
    const [{ hello }] = (await client.take(1)) as [{ hello: { connectionId: string } }];
    await client.follow("s");
    await client.follow("t");
    const [info, ...others] = transport.connections();
    expect(others).toEqual([]);
    expect(info).toEqual({
      id: hello.connectionId,
      remoteAddress: expect.any(String),
      connectedAt: expect.any(Number),
      bufferedBytes: 0,
      subscriptions: [
        { sessionId: "s", state: "live" },
        { sessionId: "t", state: "live" },
      ],
    });
    expect(info?.connectedAt).toBeGreaterThanOrEqual(before);
    await client.close();
    await vi.waitFor(() => expect(transport.connections()).toEqual([]));
  });
}
