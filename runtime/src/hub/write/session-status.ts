import type { SessionInfo } from "../../session/session-info.js";

/** Where a session stands. */
export interface SessionStatus extends SessionInfo {
  /** The ordinal of the last event that was ordered; 0 before the first. */
  readonly ordinal: bigint;
  /**
   * The ordinal of the last event that the timeline contains. It is below
   * `ordinal` when a timeline projection failed and no `retry` has succeeded.
   */
  readonly cursor: bigint;
  /** The ids of the runs that are going on. */
  readonly runs: readonly string[];
}
