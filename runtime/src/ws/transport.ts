import { randomUUID } from "node:crypto";
import type { Server as HttpServer, IncomingMessage } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { Hub } from "../hub/hub.js";
import { Connection } from "./connection.js";
import type { TransportRecord } from "./observer.js";
import { closeCodes, type WebSocketTransportOptions } from "./options.js";
import { isOriginAllowed } from "./origin.js";
import { type FeedListener, SessionFeed } from "./session-feed.js";

/** A connection as it is listed. */
export interface ConnectionInfo {
  readonly id: string;
  readonly remoteAddress: string;
  /** Milliseconds since the Unix epoch. */
  readonly connectedAt: number;
  /** Bytes that wait to be sent. */
  readonly bufferedBytes: number;
  readonly subscriptions: readonly SubscriptionInfo[];
}

/** A subscription as it is listed. */
export interface SubscriptionInfo {
  readonly sessionId: string;
  /** `hydrating` until the snapshot is sent, `lagging` while the client is too slow for more. */
  readonly state: string;
}

/** What the connections of a transport share. */
export interface Shared {
  readonly hub: Hub;
  readonly limits: Required<
    Pick<WebSocketTransportOptions, "maxSubscriptions" | "maxHeldEvents" | "maxBufferedBytes" | "lagTimeout">
  >;
  authorizeSubscribe(identity: unknown, sessionId: string): boolean | Promise<boolean>;
  observe(record: TransportRecord): void;
  feed(sessionId: string): SessionFeed;
  leaveFeed(sessionId: string, listener: FeedListener): void;
  leave(connection: Connection): void;
}

/** Gives browsers and other clients the sessions of a hub over WebSocket. */
export interface WebSocketTransport {
  /** Serves the path on a server; other paths are left to whoever else listens for upgrades. */
  attach(server: HttpServer | HttpsServer): void;
  /** Serves one upgrade, for those who route them by themselves. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
  connections(): readonly ConnectionInfo[];
  /**
   * Takes no more connections, closes those that are there with 1001, and
   * resolves when they are closed; after `timeout` milliseconds (2,000 unless
   * given) by force. The server itself stays open.
   */
  close(options?: { readonly timeout?: number }): Promise<void>;
}

/** Makes a WebSocket transport of a hub, on the package `ws`. */
export function webSocketTransport<Identity = unknown>(
  hub: Hub,
  options: WebSocketTransportOptions<Identity> = {},
): WebSocketTransport {
  return new Transport(hub, options as WebSocketTransportOptions);
}

class Transport implements WebSocketTransport, Shared {
  readonly hub: Hub;
  readonly limits: Shared["limits"];
  readonly #options: WebSocketTransportOptions;
  readonly #path: string;
  readonly #server: WebSocketServer;
  readonly #connections = new Set<Connection>();
  readonly #feeds = new Map<string, SessionFeed>();
  readonly #unsubscribe: () => void;
  readonly #pings: NodeJS.Timeout;
  readonly #detach: (() => void)[] = [];
  #closed = false;

  constructor(hub: Hub, options: WebSocketTransportOptions) {
    const { maxSubscriptions = 100, maxHeldEvents = 4096, maxBufferedBytes = 2 ** 20, lagTimeout = 30_000 } = options;
    this.hub = hub;
    this.limits = { maxSubscriptions, maxHeldEvents, maxBufferedBytes, lagTimeout };
    this.#options = options;
    this.#path = options.path ?? "/ws";
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: options.maxFrameBytes ?? 2 ** 16,
    });
    this.#unsubscribe = hub.subscribe((batch) => this.#feeds.get(batch.sessionId)?.take(batch));
    this.#pings = setInterval(() => {
      for (const connection of this.#connections) connection.ping();
    }, options.pingInterval ?? 30_000).unref();
  }

  attach(server: HttpServer | HttpsServer): void {
    const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (pathOf(request) === this.#path) void this.handleUpgrade(request, socket, head);
      else if (server.listenerCount("upgrade") === 1) refuse(socket, "404 Not Found");
    };
    server.on("upgrade", onUpgrade);
    this.#detach.push(() => server.off("upgrade", onUpgrade));
  }

  async handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on("error", () => socket.destroy());
    if (!isOriginAllowed(request, this.#options.allowedOrigins)) return this.#refuse(socket, "403 Forbidden");
    let identity: unknown = {};
    try {
      if (this.#options.authorizeConnect) identity = await this.#options.authorizeConnect(request);
    } catch (error) {
      return this.#refuse(socket, "401 Unauthorized", error);
    }
    if (identity === undefined) return this.#refuse(socket, "401 Unauthorized");
    if (this.#closed) return this.#refuse(socket, "503 Service Unavailable");
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = new Connection(randomUUID(), this, webSocket, request, identity);
      this.#connections.add(connection);
      connection.observe({ stage: "connect" });
    });
  }

  connections(): readonly ConnectionInfo[] {
    return [...this.#connections].map(({ id, remoteAddress, connectedAt, bufferedBytes, subscriptions }) => ({
      id,
      remoteAddress,
      connectedAt,
      bufferedBytes,
      subscriptions: [...subscriptions.values()].map(({ sessionId, state }) => ({ sessionId, state })),
    }));
  }

  async close({ timeout = 2000 }: { readonly timeout?: number } = {}): Promise<void> {
    this.#closed = true;
    clearInterval(this.#pings);
    this.#unsubscribe();
    for (const detach of this.#detach.splice(0)) detach();
    const reason = "the server is closing";
    await Promise.all(
      [...this.#connections].map((connection) => connection.close(closeCodes.goingAway, reason, timeout)),
    );
  }

  authorizeSubscribe(identity: unknown, sessionId: string): boolean | Promise<boolean> {
    return this.#options.authorizeSubscribe?.(identity, sessionId) ?? true;
  }

  observe(record: TransportRecord): void {
    try {
      this.#options.observer?.(record);
    } catch {
      // An observer that fails harms nobody.
    }
  }

  feed(sessionId: string): SessionFeed {
    let feed = this.#feeds.get(sessionId);
    if (feed === undefined) {
      feed = new SessionFeed(this.hub.registry.protobuf);
      this.#feeds.set(sessionId, feed);
    }
    return feed;
  }

  leaveFeed(sessionId: string, listener: FeedListener): void {
    const feed = this.#feeds.get(sessionId);
    feed?.delete(listener);
    if (feed?.isUnused) this.#feeds.delete(sessionId);
  }

  leave(connection: Connection): void {
    this.#connections.delete(connection);
  }

  #refuse(socket: Duplex, status: string, error?: unknown): void {
    this.observe({ stage: "refuse", connectionId: "", code: status, ...(error !== undefined && { error }) });
    refuse(socket, status);
  }
}

function pathOf(request: IncomingMessage): string {
  return request.url?.split("?", 1)[0] ?? "";
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
