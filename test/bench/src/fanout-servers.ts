import { once } from "node:events";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { create } from "@bufbuild/protobuf";
import { type Fanout, Hub, SchemaRegistry } from "@sessionstream/runtime";
import { type WebSocketTransport, webSocketTransport } from "@sessionstream/runtime/ws";
import { Server as SocketIoServer } from "socket.io";
import { WebSocketServer } from "ws";
import type { Endpoint } from "./fanout-swarm.js";
import { DeltaEventSchema } from "./gen/bench/v1/stream_pb.js";
import { BenchAppended, BenchDelta, BenchMessage, benchFeature } from "./gen/bench/v1/stream_sessionstream.js";

/** A server that gives an event to all its clients. */
export interface FanoutServer extends Endpoint {
  /** How many clients are ready for events. */
  ready(): number;
  /** Sends the n-th event. */
  send(index: number): void;
  close(): Promise<void>;
}

// With it a frame of ours has 250 bytes.
const chunk = "The fan-out writes each frame to all who follow it, and joins those of one turn. ";
const messageId = "message-0";

/** Ours, from publish to the socket: a hub with a memory store and a small projection. */
export async function ourHub(): Promise<FanoutServer> {
  const feature = benchFeature({
    handlers: { stream() {} },
    ui: { delta: ({ payload }) => [BenchAppended.of({ messageId: payload.messageId, chunk: payload.chunk })] },
    timeline: {
      delta: ({ payload }) => [BenchMessage.put({ messageId: payload.messageId, lastChunk: payload.chunk })],
    },
  });
  const hub = new Hub({ features: [feature] });
  const served = await serveOurs(hub);
  return {
    ...served,
    send: () => void hub.publish("s", BenchDelta, create(DeltaEventSchema, { messageId, chunk })),
    async close() {
      await served.close();
      await hub.close();
    },
  };
}

/** Ours without the hub: the transport is fed with UI events as they are. */
export async function ourTransport(): Promise<FanoutServer> {
  let fanout: Fanout = () => {};
  const registry = new SchemaRegistry();
  registry.registerUIEvent("BenchAppended", BenchAppended.schema);
  const hydrate = async (sessionId: string) => ({ snapshot: { sessionId, ordinal: 0n, entities: [] } });
  const follow = (_sessionId: string, taken: Fanout) => {
    fanout = taken;
    return () => {};
  };
  const served = await serveOurs({ registry, hydrate, follow } as unknown as Hub);
  return {
    ...served,
    send(index) {
      const events = [BenchAppended.of({ messageId, chunk })];
      fanout({ sessionId: "s", ordinal: BigInt(index + 1), time: 0, events, isReset: false });
    },
  };
}

async function serveOurs(hub: Hub) {
  const transport = webSocketTransport(hub);
  const server = await listen(createServer());
  transport.attach(server);
  return {
    port: portOf(server),
    path: "/ws",
    setup: JSON.stringify({ subscribe: { sessionId: "s" } }),
    ready: () => liveOf(transport),
    async close() {
      await transport.close({ timeout: 100 });
      server.close();
    },
  };
}

function liveOf(transport: WebSocketTransport): number {
  return transport.connections().filter(({ subscriptions }) => subscriptions[0]?.state === "live").length;
}

/** The `ws` package as its README broadcasts: the same buffer to each client. */
export async function plainWs(): Promise<FanoutServer> {
  const server = await listen(createServer());
  const webSockets = new WebSocketServer({ server });
  return {
    port: portOf(server),
    path: "/",
    setup: "",
    ready: () => webSockets.clients.size,
    send(index) {
      const data = Buffer.from(frameText(index));
      for (const client of webSockets.clients) client.send(data, { binary: false });
    },
    async close() {
      for (const client of webSockets.clients) client.terminate();
      server.close();
    },
  };
}

/** Frames made once and written to the sockets beneath `ws`. */
export async function preFramedWs(): Promise<FanoutServer> {
  const server = await listen(createServer());
  const webSockets = new WebSocketServer({ server });
  return {
    port: portOf(server),
    path: "/",
    setup: "",
    ready: () => webSockets.clients.size,
    send(index) {
      const text = frameText(index);
      const frame = Buffer.concat([Buffer.from([0x81, 126, text.length >> 8, text.length & 0xff]), Buffer.from(text)]);
      for (const client of webSockets.clients)
        (client as unknown as { _socket: NodeJS.WritableStream })._socket.write(frame);
    },
    async close() {
      for (const client of webSockets.clients) client.terminate();
      server.close();
    },
  };
}

export async function socketIo(): Promise<FanoutServer> {
  const server = await listen(createServer());
  const io = new SocketIoServer(server, { transports: ["websocket"] });
  return {
    port: portOf(server),
    path: "/socket.io/?EIO=4&transport=websocket",
    setup: "40",
    ready: () => io.sockets.sockets.size,
    send(index) {
      io.emit("uiEvent", fields(index));
    },
    async close() {
      await io.close();
    },
  };
}

function fields(index: number): object {
  const payload = { "@type": "type.googleapis.com/bench.v1.AppendedUpdate", messageId, chunk };
  return { sessionId: "s", eventOrdinal: String(index + 1), name: "BenchAppended", payload };
}

/** The text that our frames have. */
function frameText(index: number): string {
  return JSON.stringify({ uiEvent: fields(index) });
}

async function listen(server: HttpServer): Promise<HttpServer> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function portOf(server: HttpServer): number {
  return (server.address() as AddressInfo).port;
}
