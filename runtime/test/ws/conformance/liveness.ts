import { expect, test, vi } from "vitest";
import { BoardSet } from "../../../../test/fixtures/board/board.js";
import { TestClient } from "../support/client.js";
import type { Start } from "../support/started.js";
import * as frame from "../support/transcripts.js";

export function livenessConformance(start: Start): void {
  test("a dead peer is closed, one that answers stays", async () => {
    const { at, transport } = await start({ pingInterval: 40 });
    const alive = await TestClient.open(at);
    const dead = await TestClient.open(at, { autoPong: false });
    let pings = 0;
    alive.webSocket.on("ping", () => pings++);
    expect((await dead.closed).code).toBe(1006);
    await vi.waitFor(() => expect(pings).toBeGreaterThan(4));
    expect(transport.connections()).toHaveLength(1);
    expect(await alive.takeAll()).toEqual([]);
  });

  test("a client that stops in the middle of a frame is closed too", async () => {
    const { at, transport } = await start({ pingInterval: 40 });
    const client = await TestClient.open(at);
    const raw = client.webSocket as unknown as { _socket: NodeJS.WritableStream };
    raw._socket.write(Buffer.from([0x81, 0xfe, 0x10]));
    await client.closed;
    await vi.waitFor(() => expect(transport.connections()).toEqual([]));
  });

  test("a frame beyond the limit closes with 1009", async () => {
    const { at } = await start({ maxFrameBytes: 1000 });
    const client = await TestClient.open(at);
    client.webSocket.send(`${" ".repeat(985)}{"ping":{}}`);
    expect(await client.take(1)).toEqual([{ pong: {} }]);
    client.webSocket.send(" ".repeat(1001));
    expect((await client.closed).code).toBe(1009);
  });

  test("where no limit is given, a frame beyond 64 KiB closes with 1009", async () => {
    const client = await TestClient.open((await start()).at);
    client.webSocket.send("x".repeat(2 ** 16 + 1));
    expect((await client.closed).code).toBe(1009);
  });

  test("a frame beyond the limit in small fragments closes with 1009, one in too many with 1008", async () => {
    const { at } = await start({ maxFrameBytes: 1000 });
    const client = await TestClient.open(at);
    for (let i = 0; i < 20; i++) client.webSocket.send(" ".repeat(100), { fin: false });
    expect((await client.closed).code).toBe(1009);
    const other = await TestClient.open(at);
    for (let i = 0; i < 500; i++) other.webSocket.send(" ", { fin: false });
    expect((await other.closed).code).toBe(1008);
  });

  test("a client that broke the protocol and does not answer the close is closed by force", async () => {
    const { at, transport } = await start({ maxFrameBytes: 1000 });
    const client = await TestClient.open(at);
    const raw = client.webSocket as unknown as { _socket: NodeJS.ReadWriteStream };
    raw._socket.pause();
    raw._socket.write(Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]));
    await vi.waitFor(() => expect(transport.connections()).toEqual([]), 5000);
  });

  test("a connection that vanishes leaves nothing behind", async () => {
    const { hub, at, transport } = await start();
    const [gone, stays] = [await TestClient.open(at), await TestClient.open(at)];
    await gone.follow("s");
    await stays.follow("s");
    gone.webSocket.terminate();
    await vi.waitFor(() => expect(transport.connections()).toHaveLength(1));
    await hub.publish("s", BoardSet, { code: "a" });
    expect(await stays.takeAll()).toEqual([frame.noteSet("s", 1, "a", "")]);
  });
}
