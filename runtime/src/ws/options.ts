import type { IncomingMessage } from "node:http";
import { aFunction, aUrlPath, checkOptions, longestTime, milliseconds, number, type Wanted } from "../base/option.js";
import type { TransportObserver } from "./observer.js";

/** How a WebSocket transport is made. Sizes are in bytes, times in milliseconds. */
export interface WebSocketTransportOptions<Identity = unknown> extends Partial<TransportLimits> {
  /** The path that clients connect to; "/ws" unless given. */
  readonly path?: string;
  /**
   * Which pages may connect. Unless given, those of the same origin and of
   * loopback. Clients that are no browsers send no origin and may always.
   */
  readonly allowedOrigins?: readonly string[] | ((origin: string, request: IncomingMessage) => boolean);
  /**
   * Says who connects; what it returns is given to `authorizeSubscribe`. Returns
   * or resolves to undefined, null or false, or throws, to refuse the connection.
   */
  readonly authorizeConnect?: (request: IncomingMessage) => Refusable<Identity> | Promise<Refusable<Identity>>;
  /** Says whether a client may see a session; nothing but `true` lets it. */
  readonly authorizeSubscribe?: (identity: Identity, sessionId: string) => boolean | Promise<boolean>;
  readonly observer?: TransportObserver;
}

/** What `authorizeConnect` returns: who connects, or that nobody may. */
export type Refusable<Identity> = Identity | undefined | null | false;

/** What bounds a connection; each at least 1. */
export interface TransportLimits {
  /** The largest frame that a client may send; 64 KiB unless given. */
  readonly maxFrameBytes: number;
  /** How many sessions one connection may subscribe to; 100 unless given. */
  readonly maxSubscriptions: number;
  /** How many UI events are held while a snapshot loads; 4,096 unless given. */
  readonly maxHeldEvents: number;
  /**
   * Bytes that may wait for a client, both in its socket and held while a
   * snapshot loads, beside the snapshot itself; 1 MiB unless given. A client
   * that lags further behind is resynchronised.
   */
  readonly maxBufferedBytes: number;
  /** How long a client that lags may take to catch up before it is closed; 30,000 unless given. */
  readonly lagTimeout: number;
  /** How often peers are pinged; one that misses a ping is closed. 30,000 unless given. */
  readonly pingInterval: number;
}

const defaultLimits: TransportLimits = {
  maxFrameBytes: 2 ** 16,
  maxSubscriptions: 100,
  maxHeldEvents: 4096,
  maxBufferedBytes: 2 ** 20,
  lagTimeout: 30_000,
  pingInterval: 30_000,
};

/** @throws INVALID_OPTION. */
export function checkTransportOptions(options: WebSocketTransportOptions): void {
  // `ws` takes 0 for no limit.
  const limit = number(1, longestTime);
  checkOptions("WebSocket transport", options, {
    path: aUrlPath,
    allowedOrigins: arrayOrFunction,
    authorizeConnect: aFunction,
    authorizeSubscribe: aFunction,
    observer: aFunction,
    maxFrameBytes: limit,
    maxSubscriptions: limit,
    maxHeldEvents: limit,
    maxBufferedBytes: limit,
    lagTimeout: milliseconds(),
    pingInterval: milliseconds(),
  });
}

const arrayOrFunction: Wanted = {
  words: "an array of origins or a function",
  accepts: (value) => Array.isArray(value) || typeof value === "function",
};

/** The limits that were given, and the others' defaults. */
export function limitsOf(options: Partial<TransportLimits>): TransportLimits {
  const limits = { ...defaultLimits };
  for (const name of Object.keys(limits) as (keyof TransportLimits)[]) limits[name] = options[name] ?? limits[name];
  return limits;
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
