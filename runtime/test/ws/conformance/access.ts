import { type Authenticate, type Authorize, SessionstreamError } from "@sessionstream/runtime";
import type { TransportRecord, WebSocketTransportOptions } from "@sessionstream/runtime/ws";
import { expect, test, vi } from "vitest";
import { BoardNote, BoardSet } from "../../../../test/fixtures/board/board.js";
import { TestClient } from "../support/client.js";
import { statusOf } from "../support/refusal.js";
import type { Start } from "../support/started.js";
import * as frame from "../support/transcripts.js";

const forbids = (): never => {
  throw new SessionstreamError("FORBIDDEN", "ask ann first");
};

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

  test.each<[string, () => unknown, number]>([
    ["an identity", () => ({ identity: { id: "u" } }), 101],
    ["an identity, later", async () => ({ identity: { id: "u" }, expiresAt: Date.now() + 60_000 }), 101],
    ["undefined", () => undefined, 401],
    ["null", async () => null, 401],
    ["an identity that has expired", () => ({ identity: { id: "u" }, expiresAt: Date.now() - 1 }), 401],
    ["that the client is forbidden", forbids, 403],
    ["false", async () => false, 500],
    ["an identity without an id", () => ({ identity: { name: "u" } }), 500],
    ["an identity with an empty id", () => ({ identity: { id: "" } }), 500],
    ["an identity with an id that is too long", () => ({ identity: { id: "x".repeat(256) } }), 500],
    ["a time in seconds", () => ({ identity: { id: "u" }, expiresAt: Date.now() / 1000 + 60 }), 500],
    ["a time that is none", () => ({ identity: { id: "u" }, expiresAt: Number.NaN }), 500],
    ["an error", throws, 500],
    ["an error, later", async () => throws(), 500],
  ])("authenticate that gives %s", async (_, authenticate, status) => {
    const observed: TransportRecord[] = [];
    const observer = (record: TransportRecord) => observed.push(record);
    const { at } = await start({ authenticate: authenticate as Authenticate, observer });
    expect(await statusOf(at)).toBe(status);
    const refused = observed.filter(({ stage }) => stage === "refuse");
    expect(refused.map(({ error }) => error !== undefined)).toEqual(status === 101 ? [] : [status === 500]);
  });

  test("authenticate sees the URL, the cookies, the address and the token of the request", async () => {
    const seen: unknown[] = [];
    const { address } = await start({
      authenticate: ({ request: { url, headers, remoteAddress }, token }) => {
        const { pathname, search } = new URL(url);
        seen.push([pathname, search, headers.get("cookie"), typeof remoteAddress, token]);
        return null;
      },
    });
    const headers = { cookie: "who=me; theme=dark", authorization: "Bearer abc.def" };
    await statusOf(address("/ws?from=a"), { headers });
    await statusOf(address("/ws"), { headers: { authorization: "Basic abc" } });
    const anAddress = expect.stringMatching(/^(string|undefined)$/);
    expect(seen).toEqual([
      ["/ws", "?from=a", "who=me; theme=dark", anAddress, "abc.def"],
      ["/ws", "", null, anAddress, undefined],
    ]);
  });

  test("a request whose URL cannot be read is refused, where somebody asks for it", async () => {
    const headers = { Host: "not a host" };
    const { at } = await start({ authenticate: () => ({ identity: { id: "u" } }) });
    expect(await statusOf(at, { headers })).toBe(400);
    expect(await statusOf((await start()).at, { headers })).toBe(101);
  });

  test.each<[string, () => unknown, number]>([
    ["true", () => true, 101],
    ["false", async () => false, 403],
    ["what is merely truthy", () => "yes", 403],
    ["that the client is forbidden", forbids, 403],
    ["an error", throws, 500],
  ])("authorize that gives %s to who connects", async (_, authorize, status) => {
    const asked: unknown[] = [];
    const { at } = await start({
      authenticate: () => ({ identity: { id: "ann" } }),
      authorize: ({ identity, action, view }) => {
        asked.push([identity, action, view.list(BoardNote)]);
        return authorize() as boolean;
      },
    });
    expect(await statusOf(at)).toBe(status);
    expect(asked).toEqual([[{ id: "ann" }, { type: "connect" }, []]]);
  });

  test("a connection whose identity expires is closed with 4001, and what comes before that is served", async () => {
    const { at, transport } = await start({
      authenticate: ({ token }) => ({ identity: { id: "u" }, expiresAt: Date.now() + Number(token) }),
    });
    const client = await TestClient.open(at, { headers: { authorization: "Bearer 300" } });
    // Longer than a timer can wait.
    const other = await TestClient.open(at, { headers: { authorization: `Bearer ${2 ** 32}` } });
    await client.follow("s");
    expect(await client.closed).toEqual({ code: 4001, reason: "expired" });
    await vi.waitFor(() => expect(transport.connections()).toHaveLength(1));
    await other.follow("s");
  });

  test("authorize decides by identity, session and what the session's timeline shows", async () => {
    const { hub, at, transport } = await start({
      authenticate: ({ request }) => ({ identity: { id: request.headers.get("x-user") ?? "" } }),
      authorize: ({ identity, action, view }) =>
        action.type === "connect" ||
        (action.type === "subscribe" &&
          action.sessionId.startsWith(`${identity?.id}-`) &&
          view.get(BoardNote, "members")?.message === identity?.id),
    });
    await hub.publish("ann-1", BoardSet, { code: "members", message: "ann" });
    await hub.publish("bob-1", BoardSet, { code: "members", message: "bob" });
    const client = await TestClient.open(at, { headers: { "x-user": "ann" } });
    const forbidden = frame.error("forbidden", "the session may not be seen", "bob-1");
    client.subscribe("bob-1");
    expect(await client.take(1)).toEqual([forbidden]);
    expect(transport.connections()[0]?.subscriptions).toEqual([]);
    await client.follow("ann-1");
    await hub.publish("bob-1", BoardSet, { code: "secret" });
    await hub.publish("ann-1", BoardSet, { code: "own" });
    expect(await client.takeAll()).toEqual([frame.noteSet("ann-1", 2, "own", "")]);
  });

  test.each<[string, () => unknown, ...(readonly [string, string])]>([
    ["throws", throws, "internal", "the subscription failed in the server"],
    ["rejects", async () => throws(), "internal", "the subscription failed in the server"],
    ["throws FORBIDDEN", forbids, "forbidden", "ask ann first"],
    ["returns nothing", () => undefined, "forbidden", "the session may not be seen"],
    ["returns what is merely truthy", () => "yes", "forbidden", "the session may not be seen"],
  ])("authorize that %s refuses a session, and says no more", async (_, answer, code, message) => {
    const observed: TransportRecord[] = [];
    const observer = (record: TransportRecord) => observed.push(record);
    const authorize: Authorize = ({ action }) => action.type === "connect" || (answer() as boolean);
    const { at } = await start({ authorize, observer });
    const client = await TestClient.open(at);
    client.subscribe("s");
    expect(await client.take(1)).toEqual([frame.error(code, message, "s")]);
    expect(await client.takeAll()).toEqual([]);
    const errors = observed.filter(({ stage }) => stage === "error");
    expect(errors.map((record) => [record.code, record.error !== undefined])).toEqual([[code, code === "internal"]]);
  });

  test("unsubscribing while authorize is pending is the end of it", async () => {
    let answer = (_: boolean) => {};
    let asked = 0;
    const authorize: Authorize = ({ action }) => {
      if (action.type === "connect") return true;
      asked++;
      return new Promise<boolean>((resolve) => {
        answer = resolve;
      });
    };
    const { at, transport } = await start({ authorize });
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
