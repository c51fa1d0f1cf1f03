import type { SessionInfo } from "../../session/session-info.js";
import type { TimelineView } from "../../timeline/view.js";

/** A session as a command handler sees it. */
export interface Session extends SessionInfo {
  /**
   * The timeline as this process has it, live: at least as new as the store was when the
   * command came in, and once `publish` resolved, with what that published.
   */
  readonly timeline: TimelineView;
  /** The ids of the active runs. */
  readonly runs: readonly string[];
  /** Aborts one run. Returns whether the run was active. */
  abortRun(id: string, reason?: unknown): boolean;
  /** Aborts all runs of the session. Returns how many there were. */
  abortRuns(reason?: unknown): number;
}
