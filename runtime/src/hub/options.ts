import type { JsonObject } from "@bufbuild/protobuf";
import type { Store } from "../store/store.js";
import type { Feature } from "./feature/feature.js";
import type { ErrorObserver } from "./observe/error-report.js";
import type { PipelineObserver } from "./observe/pipeline-observer.js";
import type { ProjectionErrorPolicies } from "./project/policies.js";

/** How a Hub is made. */
export interface HubOptions {
  /** The features with their implementations; their names must not clash. */
  readonly features: readonly Feature[];
  /** Where sessions are kept. In memory, unless given. */
  readonly store?: Store;
  /**
   * Makes a session's metadata when the session begins. It is stored with the
   * session's first event, so that it never changes afterwards.
   */
  readonly sessionMetadata?: (sessionId: string) => JsonObject | Promise<JsonObject>;
  readonly onProjectionError?: ProjectionErrorPolicies;
  /** Hears of all that goes wrong behind the caller's back. By default it goes to console.error. */
  readonly onError?: ErrorObserver;
  /** Hears of each step of each event; where there is none, none is recorded. */
  readonly observer?: PipelineObserver;
  /** How many idle sessions stay loaded; 1,000 unless given. */
  readonly keepIdle?: number;
}
