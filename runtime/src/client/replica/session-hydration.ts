import type { ResetReason } from "../../session/hydration.js";

/** How a client came to what it shows when it was last given the session, beside the UI events since. */
export interface SessionHydration {
  /** `delta`: what it missed was added to what it had. `reset`: it began anew with the whole timeline. */
  readonly mode: "delta" | "reset";
  /** Why it began anew; undefined for a delta, and where the server does not say. */
  readonly reason: ResetReason | undefined;
}

export const resetReasons: readonly ResetReason[] = ["new", "epoch", "ahead", "stalled"];
