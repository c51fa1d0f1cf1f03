import type { JsonObject } from "@bufbuild/protobuf";
import type { UiEvent } from "../schema/ui-event.js";
import type { FailedStep, Store } from "../store/store.js";
import type { Feature } from "./feature/feature.js";
import type { PipelineObserver } from "./observe/pipeline-observer.js";

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

/** What happens to an event whose projection fails. */
export interface ProjectionErrorPolicies {
  /**
   * `advance` (the default): the event goes on without UI events, and the
   * failure is recorded. `fail`: the event is refused; `publish` rejects.
   */
  readonly ui?: "fail" | "advance";
  /**
   * `fail` (the default): the session's timeline stops before the event until a
   * `retry` succeeds, while its log goes on, and the failure is recorded.
   * `advance`: the timeline goes on without the event, and the failure is
   * recorded.
   */
  readonly timeline?: "fail" | "advance";
}

/** Something that went wrong, as `onError` hears of it. */
export interface ErrorReport {
  readonly step: FailedStep;
  readonly sessionId: string;
  /** The ordinal of the event that it is about, where it has one. */
  readonly ordinal?: bigint;
  /** The name of the event, or the id of the run. */
  readonly name?: string;
  readonly error: unknown;
}

export type ErrorObserver = (report: ErrorReport) => void;

/** The UI events of one backend event: all that its ordinal will ever have. */
export interface UiBatch {
  readonly sessionId: string;
  readonly ordinal: bigint;
  readonly events: readonly UiEvent[];
  /**
   * Whether the timeline was repaired up to the ordinal: who follows the session
   * must begin anew with a snapshot. There are no UI events then.
   */
  readonly isReset: boolean;
}

/**
 * Gets the UI events of all sessions, each session's in the order of their
 * ordinals, after their backend events are durable. It must return quickly.
 */
export type Fanout = (batch: UiBatch) => void;
