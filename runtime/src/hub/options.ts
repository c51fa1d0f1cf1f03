import type { JsonObject } from "@bufbuild/protobuf";
import type { Store } from "../store/store.js";
import type { Feature } from "./feature/feature.js";
import type { ErrorObserver } from "./observe/error-report.js";
import type { PipelineObserver } from "./observe/pipeline-observer.js";
import type { ProjectionErrorPolicies } from "./project/policies.js";

/** How a Hub is made. */
export interface HubOptions {
  /** The features with their implementations. Their names must not clash. */
  readonly features: readonly Feature[];
  /** Where sessions are stored. The default is a store in memory. */
  readonly store?: Store;
  /**
   * Makes a session's metadata when the session begins. The store keeps it with the first
   * event. It never changes afterwards.
   */
  readonly sessionMetadata?: (sessionId: string) => JsonObject | Promise<JsonObject>;
  readonly onProjectionError?: ProjectionErrorPolicies;
  /** Hears of failures that no caller hears of. By default, they go to console.error. */
  readonly onError?: ErrorObserver;
  /** Hears of each step of each event. Without an observer, the hub makes no records. */
  readonly observer?: PipelineObserver;
  /**
   * How long another process may be silent before this one takes it for dead and does its
   * work, in milliseconds. The same for all processes of a store. The default is 10,000.
   */
  readonly lease?: number;
  /**
   * The clock, in milliseconds since the Unix epoch. It gives the events their times, and never their
   * order. The default is the clock of the machine.
   */
  readonly now?: () => number;
  readonly runs?: RunOptions;
  /** The largest payload of a command, an event or a run, in bytes. The default is 4 MiB. */
  readonly maxPayloadBytes?: number;
  /**
   * How long idempotency keys are kept, in milliseconds, from when their work began: a command that comes again
   * later is done again. Keys of work that is going on stay. The default is a week, the least a minute.
   */
  readonly keepKeysFor?: number;
  /**
   * Whether payloads are frozen, so that code that changes one fails there. The default is true unless NODE_ENV is
   * `production`. What is stored is safe either way from what a caller does with an object that it gave.
   */
  readonly freeze?: boolean;
  /**
   * How much memory idle sessions may take, in bytes, as far as their timelines tell: of an entity, its payload and 300
   * bytes count; of a session, 6,000 besides. Those used last stay. The default is 64 MiB.
   */
  readonly keepIdle?: number;
}

/** How a hub does runs. */
export interface RunOptions {
  /** How many runs work at once. Those that wait or sleep do not count. The default is 100. */
  readonly atOnce?: number;
  /** How long runs that ended are kept, in milliseconds. The default is a week. */
  readonly keepEnded?: number;
}
