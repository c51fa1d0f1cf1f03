import type { IncomingMessage } from "node:http";
import type { TransportObserver } from "./observer.js";

/** How a WebSocket transport is made. Sizes are in bytes, times in milliseconds. */
export interface WebSocketTransportOptions<Identity = unknown> {
  /** The path that clients connect to; "/ws" unless given. */
  readonly path?: string;
  /**
   * Which pages may connect. Unless given, those of the same origin and of
   * loopback. Clients that are no browsers send no origin and may always.
   */
  readonly allowedOrigins?: readonly string[] | ((origin: string, request: IncomingMessage) => boolean);
  /**
   * Says who connects; what it returns is given to `authorizeSubscribe`. Returns
   * or resolves to undefined, or throws, to refuse the connection.
   */
  readonly authorizeConnect?: (request: IncomingMessage) => Identity | undefined | Promise<Identity | undefined>;
  /** Says whether a client may see a session. */
  readonly authorizeSubscribe?: (identity: Identity, sessionId: string) => boolean | Promise<boolean>;
  /** The largest frame that a client may send; 64 KiB unless given. */
  readonly maxFrameBytes?: number;
  /** How many sessions one connection may subscribe to; 100 unless given. */
  readonly maxSubscriptions?: number;
  /** How many UI events are held while a snapshot loads; 4,096 unless given. */
  readonly maxHeldEvents?: number;
  /** Bytes a client may lag behind before it is resynchronised; 1 MiB unless given. */
  readonly maxBufferedBytes?: number;
  /** How long a client that lags may take to catch up before it is closed; 30,000 unless given. */
  readonly lagTimeout?: number;
  /** How often peers are pinged; one that misses a ping is closed. 30,000 unless given. */
  readonly pingInterval?: number;
  readonly observer?: TransportObserver;
}

/** The codes of error frames; the first three are those of the original. */
export type TransportErrorCode =
  | "bad_client_frame"
  | "protocol_error"
  | "hydration_buffer_overflow"
  | "forbidden"
  | "too_many_subscriptions"
  | "snapshot_failed";

/** The codes that connections are closed with, beside those of RFC 6455. */
export const closeCodes = {
  /** The server is closing. */
  goingAway: 1001,
  /** The client sent something other than text. */
  unsupportedData: 1003,
  /** The client does not keep up. */
  tooSlow: 4008,
} as const;
