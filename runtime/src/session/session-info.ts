import type { JsonObject } from "@bufbuild/protobuf";

/** What projections may know of a session. */
export interface SessionInfo {
  readonly id: string;
  /**
   * What the metadata factory made when the session began; stored with it.
   * Projections may read it because it never changes.
   */
  readonly metadata: Readonly<JsonObject>;
}

/** A session as a command handler sees it. */
export interface Session extends SessionInfo {
  /** The ids of the runs that are going on. */
  readonly runs: readonly string[];
  /** Aborts one run; returns whether it was going on. */
  abortRun(id: string, reason?: unknown): boolean;
  /** Aborts all runs of the session; returns how many there were. */
  abortRuns(reason?: unknown): number;
}
