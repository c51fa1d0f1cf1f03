import type { IncomingMessage } from "node:http";
import { type AccessOptions, accessOptions } from "../access/options.js";
import { aFunction, aUrlPath, checkOptions, longestTime, milliseconds, number, type Wanted } from "../base/option.js";
import type { EventMetadata } from "./encode/ui-events.js";
import type { TransportObserver } from "./observer.js";

/** How a WebSocket transport is made. Sizes are in bytes, times in milliseconds. */
export interface WebSocketTransportOptions extends Partial<TransportLimits>, AccessOptions {
  /** The path that clients connect to. The default is "/ws". */
  readonly path?: string;
  /**
   * Which pages may connect. By default, pages of the same host and of loopback. Clients
   * that are not browsers send no origin, and may always connect.
   */
  readonly allowedOrigins?: readonly string[] | ((origin: string, request: IncomingMessage) => boolean);
  /**
   * What clients that ask for metadata are told of where an event comes from, besides its
   * time and its cause. By default, nothing. It is called for events of which anything is
   * known. If it fails, `observer` hears of that, and the UI events go without.
   */
  readonly metadata?: EventMetadata;
  readonly observer?: TransportObserver;
}

/** The limits of a connection. Each is at least 1. */
export interface TransportLimits {
  /** The largest frame that a client may send. The default is 64 KiB. */
  readonly maxFrameBytes: number;
  /** How many sessions one connection may subscribe to. The default is 100. */
  readonly maxSubscriptions: number;
  /** How many UI events are held while a snapshot loads. The default is 4,096. */
  readonly maxHeldEvents: number;
  /**
   * How many bytes may wait for a client, in its socket and while a snapshot loads, besides
   * the snapshot itself. The default is 1 MiB. A client that lags further behind is
   * resynchronised.
   */
  readonly maxBufferedBytes: number;
  /** How long a slow client may take to catch up. Then the server closes the connection. The default is 30,000. */
  readonly lagTimeout: number;
  /**
   * How often the server pings clients. If a client misses a ping, the server closes the
   * connection. The default is 30,000.
   */
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
    ...accessOptions,
    metadata: aFunction,
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

/** The codes of error frames. */
export type TransportErrorCode =
  | "bad_client_frame"
  | "protocol_error"
  | "hydration_buffer_overflow"
  | "forbidden"
  | "internal"
  | "too_many_subscriptions"
  | "snapshot_failed";

/** The codes with which the server closes connections, besides those of RFC 6455. */
export const closeCodes = {
  /** The server is closing. */
  goingAway: 1001,
  /** The client sent something other than text. */
  unsupportedData: 1003,
  /** What is known of who connected has expired. */
  expired: 4001,
  /** The client does not keep up. */
  tooSlow: 4008,
} as const;
