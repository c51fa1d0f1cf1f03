import { randomUUID } from "node:crypto";
import type { Server as HttpServer, IncomingMessage } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { Gate, type Passed } from "../access/gate.js";
import { accessRequestOf } from "../access/incoming.js";
import { isSessionstreamError, SessionstreamError } from "../base/errors.js";
import type { Hub } from "../hub/hub.js";
import type { OptionsParameter } from "../session/identity.js";
import { Connection } from "./connection.js";
import type { ConnectionHost } from "./connection-host.js";
import { HydrationEncoder } from "./encode/hydrations.js";
import { metadataEncoder, plainEncoder } from "./encode/ui-events.js";
import { Feeds } from "./feeds.js";
import type { TransportRecord } from "./observer.js";
import {
  checkTransportOptions,
  closeCodes,
  limitsOf,
  type TransportLimits,
  type WebSocketTransportOptions,
} from "./options.js";
import { checkOrigin } from "./origin.js";
import type { SubscriptionState } from "./subscription.js";
import { refuseUpgrade, routeUpgrades, type UpgradeHandler } from "./upgrades.js";

/** A connection, as `connections()` lists it. */
export interface ConnectionInfo {
  readonly id: string;
  readonly remoteAddress: string;
  /** Milliseconds since the Unix epoch. */
  readonly connectedAt: number;
  /** Bytes that wait to be sent. */
  readonly bufferedBytes: number;
  readonly subscriptions: readonly SubscriptionInfo[];
}

/** A subscription, as `connections()` lists it. */
export interface SubscriptionInfo {
  readonly sessionId: string;
  readonly state: SubscriptionState;
}

/** Gives browsers and other clients the sessions of a hub over WebSocket. */
export interface WebSocketTransport {
  /**
   * Serves the path on a server. It can be called for several servers. Other listeners for
   * upgrades can serve other paths.
   * @throws DUPLICATE_NAME if something already serves the path on this server, or CLOSED.
   */
  attach(server: HttpServer | HttpsServer): void;
  /** Serves one upgrade, for servers that route upgrades themselves. Never rejects. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
  connections(): readonly ConnectionInfo[];
  /**
   * Takes no more connections. Sends the existing connections everything that was fanned
   * out, and closes them with 1001. Resolves when they are closed. After `timeout`
   * milliseconds (the default is 2,000) it closes them by force. The server and the hub stay
   * open.
   */
  close(options?: { readonly timeout?: number }): Promise<void>;
}

/**
 * Makes a WebSocket transport for a hub, on the package `ws`.
 * @throws INVALID_OPTION.
 *
 * @example
 * ```ts
 * const transport = webSocketTransport(hub, { authenticate: ({ token }) => userOf(token) });
 * transport.attach(server);
 * ```
 */
export function webSocketTransport(
  hub: Hub,
  ...[options = {}]: OptionsParameter<WebSocketTransportOptions>
): WebSocketTransport {
  return new Transport(hub, options);
}

class Transport implements WebSocketTransport, ConnectionHost {
  readonly hub: Hub;
  readonly limits: TransportLimits;
  readonly gate: Gate;
  readonly hydrations: HydrationEncoder;
  readonly #options: WebSocketTransportOptions;
  readonly #server: WebSocketServer;
  readonly #connections = new Set<Connection>();
  readonly #plainFeeds: Feeds;
  readonly #metadataFeeds: Feeds;
  readonly #pings: NodeJS.Timeout;
  readonly #detach: (() => void)[] = [];
  #isClosed = false;

  constructor(hub: Hub, options: WebSocketTransportOptions) {
    this.hub = hub;
    checkTransportOptions(options);
    this.limits = limitsOf(options);
    this.gate = new Gate(hub, options);
    this.hydrations = new HydrationEncoder(hub.registry);
    this.#options = options;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: this.limits.maxFrameBytes,
      // A frame in tiny pieces would occupy far more than its length.
      maxFragments: 128,
      maxBufferedChunks: 1024,
    });
    this.#plainFeeds = new Feeds(hub, plainEncoder(hub.registry));
    const encode = metadataEncoder(hub.registry, options.metadata, ({ sessionId, ordinal }, error) =>
      this.observe({ stage: "error", connectionId: "", sessionId, ordinal, error }),
    );
    this.#metadataFeeds = new Feeds(hub, encode);
    this.#pings = setInterval(() => {
      for (const connection of this.#connections) connection.ping();
    }, this.limits.pingInterval).unref();
  }

  attach(server: HttpServer | HttpsServer): void {
    if (this.#isClosed) throw new SessionstreamError("CLOSED", "the transport is closed");
    const serve: UpgradeHandler = (request, socket, head) => void this.handleUpgrade(request, socket, head);
    this.#detach.push(routeUpgrades(server, this.#options.path ?? "/ws", serve));
  }

  async handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on("error", () => socket.destroy());
    const passed = await this.#admit(request).catch((thrown) => this.#refuse(socket, ...statusOf(thrown)));
    if (passed === undefined) return;
    if (this.#isClosed) return this.#refuse(socket, "503 Service Unavailable");
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      const { remoteAddress = "" } = request.socket;
      const connection = new Connection({ id: randomUUID(), ...passed, remoteAddress }, this, webSocket, socket);
      this.#connections.add(connection);
      webSocket.on("close", () => this.#connections.delete(connection));
    });
  }

  connections(): readonly ConnectionInfo[] {
    return [...this.#connections].map(({ peer, connectedAt, outbox, subscriptions }) => ({
      id: peer.id,
      remoteAddress: peer.remoteAddress,
      connectedAt,
      bufferedBytes: outbox.bytes,
      subscriptions: subscriptions.list().map(({ sessionId, state }) => ({ sessionId, state })),
    }));
  }

  async close({ timeout = 2000 }: { readonly timeout?: number } = {}): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#pings);
    for (const detach of this.#detach.splice(0)) detach();
    this.#plainFeeds.end();
    this.#metadataFeeds.end();
    const { goingAway } = closeCodes;
    const closing = [...this.#connections].map((connection) => connection.close(goingAway, "going away", timeout));
    await Promise.all(closing);
  }

  get isObserved(): boolean {
    return this.#options.observer !== undefined;
  }

  observe(record: TransportRecord): void {
    // An observer that fails harms nobody, even one that is wrongly async.
    try {
      const returned: unknown = this.#options.observer?.(record);
      if (returned instanceof Promise) returned.catch(() => {});
    } catch {}
  }

  feeds(hasMetadata: boolean): Feeds {
    return hasMetadata ? this.#metadataFeeds : this.#plainFeeds;
  }

  /** @throws INVALID_PAYLOAD, UNAUTHENTICATED, FORBIDDEN, or INTERNAL. */
  async #admit(request: IncomingMessage): Promise<Passed> {
    checkOrigin(request, this.#options.allowedOrigins);
    const passed = await this.gate.authenticate(() => accessRequestOf(request));
    await this.gate.authorize(passed.identity, { type: "connect" });
    return passed;
  }

  #refuse(socket: Duplex, status: string, error?: unknown): void {
    this.observe({ stage: "refuse", connectionId: "", code: status, ...(error !== undefined && { error }) });
    refuseUpgrade(socket, status);
  }
}

/** The status for one who did not pass the gate, and what went wrong in the server. */
function statusOf(thrown: unknown): [status: string, error?: unknown] {
  if (isSessionstreamError(thrown, "INVALID_PAYLOAD")) return ["400 Bad Request", thrown];
  if (isSessionstreamError(thrown, "UNAUTHENTICATED")) return ["401 Unauthorized"];
  if (isSessionstreamError(thrown, "FORBIDDEN")) return ["403 Forbidden", thrown.cause];
  return ["500 Internal Server Error", isSessionstreamError(thrown, "INTERNAL") ? thrown.cause : thrown];
}
