import type { SessionInfo } from "../../session/session-info.js";
import type { TimelineView } from "../../timeline/view.js";
import type { RunInfo } from "./run-info.js";

/** A session as a command handler sees it. */
export interface Session extends SessionInfo {
  /**
   * The timeline as this process has it, live: at least as new as the store was when the
   * command came in, and once `publish` resolved, with what that published.
   */
  readonly timeline: TimelineView;
  /** The runs that have not ended, in the order in which they were started. */
  readonly runs: readonly RunInfo[];
  /**
   * Cancels a run, whichever process works on it, and the runs that it started, unless they are
   * detached. Resolves when that is durable, to whether the run was going on.
   * @throws UNKNOWN_NAME if the program does not know such a run, STORE_FAILED.
   */
  cancelRun(id: string, reason?: string): Promise<boolean>;
  /** The ids of the background work that is going on in this process. */
  readonly background: readonly string[];
  /** Aborts background work of this process: of one id, or all. Returns how much there was. */
  abortBackground(id?: string, reason?: unknown): number;
}
