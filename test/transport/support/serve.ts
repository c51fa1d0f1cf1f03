import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { duplexPair } from "node:stream";
import { Hub, type HubOptions } from "@sessionstream/runtime";
import { type WebSocketTransport, type WebSocketTransportOptions, webSocketTransport } from "@sessionstream/runtime/ws";
import type { ClientOptions } from "ws";
import { board } from "./board.js";
import type { Address } from "./client.js";
import { certificate, key } from "./tls.js";

/** A server that listens, and how it is reached. */
export interface Listening {
  readonly server: Server;
  readonly address: (path: string) => Address;
  readonly stop: () => Promise<void>;
}

/** A way for frames to travel. */
export type Listen = () => Promise<Listening>;

export const overTcp: Listen = async () => {
  const server = createServer((_, response) => response.end());
  const port = await listenOnLoopback(server);
  return { server, address: (path) => ({ url: `ws://127.0.0.1:${port}${path}` }), stop: () => stop(server) };
};

export const overTls: Listen = async () => {
  const server = createSecureServer({ key, cert: certificate });
  const port = await listenOnLoopback(server);
  const options = () => ({ ca: certificate, servername: "localhost" }) as ClientOptions;
  return { server, address: (path) => ({ url: `wss://127.0.0.1:${port}${path}`, options }), stop: () => stop(server) };
};

/** Over a pair of streams, where no kernel buffers what a slow client does not read. */
export const inMemory: Listen = async () => {
  const server = createServer();
  const createConnection = () => {
    const [client, served] = duplexPair();
    // A socket tells the other end when it goes.
    client.once("close", () => served.destroy());
    served.once("close", () => client.destroy());
    server.emit("connection", served);
    return client;
  };
  const options = () => ({ createConnection }) as object as ClientOptions;
  return { server, address: (path) => ({ url: `ws://localhost${path}`, options }), stop: async () => {} };
};

/** A hub with its transport on a server. */
export interface Served extends Listening {
  readonly hub: Hub;
  readonly transport: WebSocketTransport;
  /** Where the transport is. */
  readonly at: Address;
}

/** Serves a hub with the board feature at /ws. */
export async function serve(
  listen: Listen,
  transportOptions: WebSocketTransportOptions = {},
  hubOptions: Partial<HubOptions> = {},
): Promise<Served> {
  const hub = new Hub({ features: [board], onError: () => {}, ...hubOptions });
  const transport = webSocketTransport(hub, transportOptions);
  const listening = await listen();
  transport.attach(listening.server);
  return {
    ...listening,
    hub,
    transport,
    at: listening.address("/ws"),
    async stop() {
      await transport.close({ timeout: 500 });
      await hub.close({ abort: true });
      await listening.stop();
    },
  };
}

async function listenOnLoopback(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function stop(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
