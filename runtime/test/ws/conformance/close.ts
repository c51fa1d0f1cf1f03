import type { Authentication } from "@sessionstream/runtime";
import { webSocketTransport } from "@sessionstream/runtime/ws";
import { expect, test, vi } from "vitest";
import { BoardSet } from "../../../../test/fixtures/board/board.js";
import { TestClient } from "../support/client.js";
import { statusOf, statusOfRequest } from "../support/refusal.js";
import type { Start } from "../support/started.js";
import * as frame from "../support/transcripts.js";

export function closeConformance(start: Start): void {
  test("close() sends what was fanned out, then closes with 1001", async () => {
    const { hub, at, transport } = await start();
    const client = await TestClient.open(at);
    await client.follow("s");
    client.webSocket.pause();
    const large = "x".repeat(10_000);
    const published = Array.from({ length: 50 }, (_, index) =>
      hub.publish("s", BoardSet, { code: `${index}`, message: large }),
    );
    await Promise.all(published.slice(0, -1));
    await published.at(-1);
    const closed = transport.close();
    client.webSocket.resume();
    expect(frame.ordinalsOf(await client.take(50))).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    expect(await client.closed).toEqual({ code: 1001, reason: "going away" });
    await closed;
    expect(transport.connections()).toEqual([]);
  });

  test("close() sends even what is fanned out in the same turn", async () => {
    const { hub, at, transport } = await start();
    const client = await TestClient.open(at);
    await client.follow("s");
    let closed: Promise<void> | undefined;
    hub.subscribe(() => {
      closed = transport.close();
    });
    await hub.publish("s", BoardSet, { code: "a" });
    expect(await client.take(1)).toEqual([frame.noteSet("s", 1, "a", "")]);
    expect((await client.closed).code).toBe(1001);
    await closed;
  });

  test("close() hears the answer of a client that was not read", async () => {
    const { at, transport } = await start({ maxBufferedBytes: 2 ** 16 });
    const client = await TestClient.open(at);
    client.webSocket.pause();
    const nonce = "x".repeat(50_000);
    for (let i = 0; i < 500; i++) client.send({ ping: { nonce } });
    await vi.waitFor(() => expect(transport.connections()[0]?.bufferedBytes).toBeGreaterThan(0), 5000);
    const closed = transport.close({ timeout: 60_000 });
    client.webSocket.resume();
    expect((await client.closed).code).toBe(1001);
    await closed;
  });

  test("close() does not wait longer than it was told for a client that does not answer", async () => {
    const { at, transport } = await start();
    const client = await TestClient.open(at);
    client.webSocket.pause();
    await transport.close({ timeout: 50 });
    expect(transport.connections()).toEqual([]);
  });

  test("close() twice is close() once, and nobody gets in any more", async () => {
    let identify = (_: Authentication) => {};
    const { at, transport, server } = await start({
      authenticate: ({ request: { headers } }) =>
        headers.get("x-slow") === null
          ? { identity: { id: "known" } }
          : new Promise((resolve) => {
              identify = resolve;
            }),
    });
    const client = await TestClient.open(at);
    const identifying = vi.waitFor(() => expect(String(identify)).toContain("native code"));
    const late = statusOf(at, { headers: { "x-slow": "1" } });
    await identifying;
    await Promise.all([transport.close(), transport.close()]);
    expect((await client.closed).code).toBe(1001);
    identify({ identity: { id: "known after all" } });
    expect(await late).toBe(503);
    expect(() => transport.attach(server)).toThrow(/the transport is closed/);
  });

  test("other paths are refused where nobody else listens, and left alone where somebody does", async () => {
    const { address, server } = await start();
    expect(await statusOf(address("/ws?token=1"))).toBe(101);
    expect(await statusOf(address("/other"))).toBe(404);
    const foreign = vi.fn((_request, socket) => socket.end("HTTP/1.1 418 Teapot\r\nConnection: close\r\n\r\n"));
    server.on("upgrade", (request, socket) => request.url === "/other" && foreign(request, socket));
    expect(await statusOf(address("/other"))).toBe(418);
    expect(await statusOf(address("/ws"))).toBe(101);
    expect(foreign).toHaveBeenCalledTimes(1);
  });

  test("several transports share a server by path, and one transport serves several servers", async () => {
    const one = await start();
    const two = await start();
    const second = webSocketTransport(one.hub, { path: "/second" });
    second.attach(one.server);
    second.attach(two.server);
    expect(() => second.attach(one.server)).toThrow(/path "\/second" is already served on this server/);
    expect(await statusOf(one.address("/ws"))).toBe(101);
    expect(await statusOf(one.address("/second"))).toBe(101);
    expect(await statusOf(two.address("/second"))).toBe(101);
    expect(await statusOf(one.address("/third"))).toBe(404);
    await second.close();
    expect(await statusOf(one.address("/second"))).toBe(404);
    expect(await statusOf(one.address("/ws"))).toBe(101);
  });

  test("a request that is no WebSocket handshake is answered 4xx", async () => {
    const { at } = await start();
    expect(await statusOfRequest(at, {})).toBe(400);
    expect(await statusOfRequest(at, { "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "short" })).toBe(400);
    expect(await statusOfRequest(at, { Upgrade: "h2c" })).toBe(400);
  });
}
