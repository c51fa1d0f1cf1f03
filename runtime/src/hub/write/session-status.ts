import type { SessionInfo } from "../../session/session-info.js";
import type { TimelineStop } from "../../session/timeline-stop.js";

/** Where a session stands. */
export interface SessionStatus extends SessionInfo {
  /** The ordinal of the last event. 0 before the first event. */
  readonly ordinal: bigint;
  /**
   * The ordinal of the last event that the timeline contains. It is below `ordinal` where
   * the timeline stops.
   */
  readonly cursor: bigint;
  /** Where and why the timeline stops. Undefined if it does not. */
  readonly stop: TimelineStop | undefined;
  /** The ids of the active runs. */
  readonly runs: readonly string[];
}
