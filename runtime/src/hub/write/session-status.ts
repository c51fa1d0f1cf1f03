import type { SessionInfo } from "../../session/session-info.js";
import type { TimelineStop } from "../../session/timeline-stop.js";
import type { RunInfo } from "../feature/run-info.js";

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
  /** The runs that have not ended, in the order in which they were started. */
  readonly runs: readonly RunInfo[];
  /** The ids of the background work that is going on in this process. */
  readonly background: readonly string[];
}
