import type { SessionInfo } from "../../session/session-info.js";

/** A session as a command handler sees it. */
export interface Session extends SessionInfo {
  /** The ids of the runs that are going on. */
  readonly runs: readonly string[];
  /** Aborts one run; returns whether it was going on. */
  abortRun(id: string, reason?: unknown): boolean;
  /** Aborts all runs of the session; returns how many there were. */
  abortRuns(reason?: unknown): number;
}
