import type { WebSocketTransportOptions } from "@sessionstream/runtime/ws";
import { expect, test, vi } from "vitest";
import { BoardSet } from "../../../../test/fixtures/board/board.js";
import { TestClient } from "../support/client.js";
import { statusOf } from "../support/refusal.js";
import type { Start } from "../support/started.js";
import * as frame from "../support/transcripts.js";

const throws = (): never => {
  throw new Error("internal: password is hunter2");
};

export function accessConformance(start: Start): void {
  test.each<[string, WebSocketTransportOptions["allowedOrigins"], string | undefined, number]>([
    ["none", undefined, undefined, 101],
    ["the same", undefined, "https://app.example.com", 101],
    ["localhost", undefined, "http://localhost:5173", 101],
    ["127.0.0.1", undefined, "http://127.0.0.1:5173", 101],
    ["IPv6 loopback", undefined, "http://[::1]:5173", 101],
    ["a foreign one", undefined, "https://evil.example.com", 403],
    ["one that ends alike", undefined, "https://evil-app.example.com", 403],
    ["one that begins like loopback", undefined, "http://127.0.0.1.evil.com", 403],
    ["one with another port", undefined, "https://app.example.com:8443", 403],
    ["an opaque one", undefined, "null", 403],
    ["one of the list", ["https://a.example", "https://b.example"], "https://b.example", 101],
    ["the same, not of the list", ["https://a.example"], "https://app.example.com", 403],
    ["one that the function takes", (origin) => origin.endsWith(".b"), "https://a.b", 101],
    ["one that the function refuses", (origin) => origin.endsWith(".b"), "https://a.c", 403],
    ["any, when the function throws", throws, "https://a.c", 403],
  ])("origin: %s", async (_, allowedOrigins, origin, status) => {
    const { at } = await start({ ...(allowedOrigins && { allowedOrigins }) });
    const headers = { Host: "app.example.com" };
    expect(await statusOf(at, { headers, ...(origin !== undefined && { origin }) })).toBe(status);
  });

  test.each<[string, WebSocketTransportOptions["authorizeConnect"] & object, number]>([
    ["an identity", () => ({ user: "u" }), 101],
    ["an identity, later", async () => "u", 101],
    ["undefined", () => undefined, 401],
    ["null", async () => null, 401],
    ["false", async () => false, 401],
    ["an error", throws, 403],
    ["an error, later", async () => throws(), 403],
  ])("authorizeConnect that gives %s", async (_, authorizeConnect, status) => {
    const { at } = await start({ authorizeConnect });
    expect(await statusOf(at)).toBe(status);
  });

  test("authorizeSubscribe decides by identity and session", async () => {
    const { hub, at, transport } = await start({
      authorizeConnect: ({ headers }) => headers["x-user"],
      authorizeSubscribe: (identity, sessionId) => sessionId.startsWith(`${identity}-`),
    });
    const client = await TestClient.open(at, { headers: { "x-user": "ann" } });
    const forbidden = frame.error("forbidden", "the session may not be seen", "bob-1");
    client.subscribe("bob-1");
    expect(await client.take(1)).toEqual([forbidden]);
    expect(transport.connections()[0]?.subscriptions).toEqual([]);
    await client.follow("ann-1");
    await hub.publish("bob-1", BoardSet, { code: "secret" });
    await hub.publish("ann-1", BoardSet, { code: "own" });
    expect(await client.takeAll()).toEqual([frame.noteSet("ann-1", 1, "own", "")]);
  });

  test.each<[string, () => unknown]>([
    ["throws", throws],
    ["rejects", async () => throws()],
    ["returns nothing", () => undefined],
    ["returns what is merely truthy", () => "yes"],
  ])("authorizeSubscribe that %s forbids, and says no more", async (_, authorizeSubscribe) => {
    const { at } = await start({ authorizeSubscribe: authorizeSubscribe as () => boolean });
    const client = await TestClient.open(at);
    client.subscribe("s");
    expect(await client.take(1)).toEqual([frame.error("forbidden", "the session may not be seen", "s")]);
    expect(await client.takeAll()).toEqual([]);
  });

  test("unsubscribing while authorizeSubscribe is pending is the end of it", async () => {
    let answer = (_: boolean) => {};
    let asked = 0;
    const authorizeSubscribe = () => {
      asked++;
      return new Promise<boolean>((resolve) => {
        answer = resolve;
      });
    };
    const { at, transport } = await start({ authorizeSubscribe });
    const client = await TestClient.open(at);
    for (const isAllowed of [true, false]) {
      const before = asked;
      client.subscribe("s");
      await vi.waitFor(() => expect(asked).toBe(before + 1));
      client.send({ unsubscribe: { sessionId: "s" } });
      expect(await client.takeAll()).toEqual([frame.unsubscribed("s")]);
      answer(isAllowed);
      expect(await client.takeAll()).toEqual([]);
      expect(transport.connections()[0]?.subscriptions).toEqual([]);
    }
    client.subscribe("s");
    await vi.waitFor(() => expect(asked).toBe(3));
    await client.close();
    answer(true);
  });

  test("too many subscriptions are refused, one by one", async () => {
    const { at } = await start({ maxSubscriptions: 2 });
    const client = await TestClient.open(at);
    await client.follow("a");
    await client.follow("b");
    client.subscribe("c");
    expect(await client.take(1)).toEqual([
      frame.error("too_many_subscriptions", "unsubscribe from a session first", "c"),
    ]);
    expect(await client.follow("b")).toHaveLength(2);
    client.send({ unsubscribe: { sessionId: "a" } });
    await client.take(1);
    expect(await client.follow("c")).toHaveLength(2);
  });
}
