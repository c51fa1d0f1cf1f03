import type { DescFeature } from "../schema/feature.js";
import type { WebSocketClass } from "./connect/web-socket.js";
import type { ClientFeature } from "./replica/client-feature.js";

/** How a client connects. Times are in milliseconds. */
export interface ConnectOptions<Given extends DescFeature | ClientFeature = DescFeature | ClientFeature> {
  /** The features whose commands, UI events and entities the client knows. */
  readonly features: readonly Given[];
  /** Where commands go by HTTP; "/api" of the same host unless given. */
  readonly http?: string;
  /** The WebSocket class; the global one unless given. On Node.js 20, that of the package `ws`. */
  readonly webSocket?: WebSocketClass;
  /** Used for commands and snapshots; the global one unless given. */
  readonly fetch?: typeof fetch;
  /** The first and the longest pause before a new attempt to connect; 250 and 10,000 unless given. */
  readonly reconnect?: { readonly first?: number; readonly longest?: number };
  /**
   * How long the server may take to answer; 10,000 unless given. A command that is
   * not answered in that time is submitted again, under the same key, and joins
   * the one that is being done.
   */
  readonly connectTimeout?: number;
  /** How often the server is pinged; one that does not answer in that time is left. 20,000 unless given. */
  readonly pingInterval?: number;
  /**
   * For how long a command is submitted again to a server that cannot be reached
   * or says that it is not available; 30,000 unless given. It is done once, for
   * each `submit` has an idempotency key. As long as the WebSocket is connected, a
   * command that is not answered is waited for beyond that.
   */
  readonly retryFor?: number;
  /**
   * Hears of failed attempts to connect (once until one succeeds), of error
   * frames, of frames that cannot be read, of names that are not known here
   * (once each), and of projections and listeners that throw. Prints them unless
   * given.
   */
  readonly onError?: (error: Error) => void;
}

/** The features of what `connect` was given. */
export type FeatureOf<Given> =
  Given extends ClientFeature<infer Feature> ? Feature : Given extends DescFeature ? Given : never;
