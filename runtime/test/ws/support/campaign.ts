import { connect } from "node:net";
import { expect, vi } from "vitest";
import { BoardSet } from "../../../../test/fixtures/board/board.js";
import { overTcp, serve } from "../../../../test/fixtures/board/serve.js";
import { TestClient } from "./client.js";
import { type HostileConnection, hostileConnections } from "./hostile.js";
import { ordinalsOf } from "./transcripts.js";

const handshake = [
  "GET /ws HTTP/1.1",
  "Host: localhost",
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "\r\n",
].join("\r\n");

/** Lets hostile clients at a server that a healthy client uses; returns how many frames they sent. */
export async function campaign(frames: number, seed: number): Promise<number> {
  const errors: unknown[] = [];
  const onError = ({ error }: { error: unknown }) => errors.push(error);
  const served = await serve(overTcp, {}, { onError });
  const port = Number(new URL(served.at.url).port);
  const healthy = await TestClient.open(served.at);
  await healthy.follow("healthy");
  const connections = hostileConnections(frames, seed);
  const queue = [...connections];
  const attack = async () => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      await run(port, next);
      await served.hub.publish("healthy", BoardSet, { code: "a", message: `${queue.length}` });
    }
  };
  await Promise.all(Array.from({ length: 8 }, attack));
  const seen = ordinalsOf(await healthy.takeAll());
  expect(seen).toEqual(connections.map((_, index) => index + 1));
  await vi.waitFor(() => expect(served.transport.connections()).toHaveLength(1), 5000);
  expect(errors).toEqual([]);
  await healthy.close();
  await served.stop();
  return connections.reduce((sum, connection) => sum + connection.frames.length + 1, 0);
}

/** Sends all and waits until the connection is over. */
function run(port: number, { frames, last, hangsUp }: HostileConnection): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`still open after ${last.subarray(0, 20).toString("hex")}`));
    }, 10_000);
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(timer);
      resolve();
    });
    socket.resume();
    socket.write(Buffer.concat([Buffer.from(handshake), ...frames, last]));
    if (hangsUp) socket.end();
  });
}
