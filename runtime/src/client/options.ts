import type { DescFeature } from "../schema/feature.js";
import type { WebSocketClass } from "./connect/web-socket.js";
import type { ClientFeature } from "./replica/client-feature.js";

/** How a client connects. Times are in milliseconds. */
export interface ConnectOptions<Given extends DescFeature | ClientFeature = DescFeature | ClientFeature> {
  /** The features whose commands, UI events and entities the client knows. */
  readonly features: readonly Given[];
  /** The URL of the HTTP handler, for commands. The default is "/api" on the same host. */
  readonly http?: string;
  /** The WebSocket class. The default is the global one. On Node.js 20, give the one of the package `ws`. */
  readonly webSocket?: WebSocketClass;
  /** Used for commands and snapshots. The default is the global function. */
  readonly fetch?: typeof fetch;
  /** The first and the longest pause before the client connects again. The defaults are 250 and 10,000. */
  readonly reconnect?: { readonly first?: number; readonly longest?: number };
  /**
   * How long the server may take to answer. The default is 10,000. If a command has no
   * answer after that time, the client submits it again under the same key. It then joins
   * the first attempt.
   */
  readonly connectTimeout?: number;
  /**
   * How often the client pings the server. If the server does not answer in that time, the
   * client connects again. The default is 20,000.
   */
  readonly pingInterval?: number;
  /**
   * How long the client submits a command again if the server cannot be reached or says that
   * it is unavailable. The default is 30,000. Each `submit` has an idempotency key, so the
   * command is done once. While the WebSocket is connected, the client waits for an answer
   * without this limit.
   */
  readonly retryFor?: number;
  /**
   * Hears of failed attempts to connect (once until one succeeds), of error frames, of
   * unreadable frames, of unknown names (once each), and of projections and listeners that
   * throw. By default, the client prints them.
   */
  readonly onError?: (error: Error) => void;
}

/** The features that were given to `connect`. */
export type FeatureOf<Given> =
  Given extends ClientFeature<infer Feature> ? Feature : Given extends DescFeature ? Given : never;
