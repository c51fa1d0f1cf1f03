import { createServer, type Server } from "node:http";
import type { Socket } from "node:net";
import { Hub, type Store } from "@sessionstream/runtime";
import { httpHandler, nodeListener } from "@sessionstream/runtime/http";
import { type WebSocketTransport, webSocketTransport } from "@sessionstream/runtime/ws";
import { echoAnswer } from "../../../examples/chatdemo/src/answer.js";
import { chatApplication } from "../../../examples/chatdemo/src/chat.js";
import { listenOn, stop } from "../../fixtures/loopback.js";
import type { Place } from "../../fixtures/stores.js";

interface Running {
  readonly hub: Hub;
  readonly transport: WebSocketTransport;
  readonly server: Server;
  readonly sockets: Set<Socket>;
}

/** The chat on loopback, which can lose its connections and be started again on the same port and place. */
export class ChatServer {
  readonly #place: Place;
  readonly #chunkDelay: number;
  #running: Running | undefined;
  port = 0;

  constructor(place: Place, chunkDelay = 1) {
    this.#place = place;
    this.#chunkDelay = chunkDelay;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/ws`;
  }

  get hub(): Hub {
    if (this.#running === undefined) throw new Error("the server does not run");
    return this.#running.hub;
  }

  get connections(): number {
    return this.#running?.transport.connections().length ?? 0;
  }

  get subscriptions(): number {
    return this.#running?.transport.connections().reduce((sum, { subscriptions: { length } }) => sum + length, 0) ?? 0;
  }

  /** Starts where it was before; `store` instead of the place's, for a server with another history. */
  async start(store: Store = this.#place.open()): Promise<void> {
    const hub = new Hub({ features: [chatApplication(echoAnswer(this.#chunkDelay))], store });
    const transport = webSocketTransport(hub);
    const server = createServer(nodeListener(httpHandler(hub)));
    const sockets = new Set<Socket>();
    server.on("connection", (socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    });
    transport.attach(server);
    this.port = await listenOn(server, this.port);
    this.#running = { hub, transport, server, sockets };
  }

  /** Ends all connections without a word. */
  cutConnections(): void {
    for (const socket of this.#running?.sockets ?? []) socket.destroy();
  }

  /** Stops; answers that are being written are stopped. */
  async stop(): Promise<void> {
    if (this.#running === undefined) return;
    const { hub, transport, server } = this.#running;
    this.#running = undefined;
    await transport.close({ timeout: 200 });
    await stop(server);
    await hub.close({ abort: true });
  }
}
