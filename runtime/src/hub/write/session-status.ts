import type { SessionInfo } from "../../session/session-info.js";

/** Where a session stands. */
export interface SessionStatus extends SessionInfo {
  /** The ordinal of the last event. 0 before the first event. */
  readonly ordinal: bigint;
  /**
   * The ordinal of the last event that the timeline contains. It is below `ordinal` after a
   * timeline projection failed, until a `retry` succeeds.
   */
  readonly cursor: bigint;
  /** The ids of the active runs. */
  readonly runs: readonly string[];
}
