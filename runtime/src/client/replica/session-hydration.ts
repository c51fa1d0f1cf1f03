import type { ResetReason } from "../../session/hydration.js";
import type { TimelineStop } from "../../session/timeline-stop.js";

/** How the client got the last snapshot of a session. */
export interface SessionHydration {
  /**
   * `delta`: the changes that the client missed were added to its timeline. `reset`: the
   * client started over with the whole timeline.
   */
  readonly mode: "delta" | "reset";
  /** Why the client started over. Undefined for a delta, and if the server does not say. */
  readonly reason: ResetReason | undefined;
  /** Where the server's timeline stops. Undefined if it does not, or if the server does not say. */
  readonly stop: TimelineStop | undefined;
}

export const resetReasons: readonly ResetReason[] = ["new", "epoch", "deleted", "ahead", "stalled", "behind"];
