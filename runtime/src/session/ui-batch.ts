import type { UiEvent } from "../schema/ui-event.js";

/** The UI events of one backend event: all that its ordinal will ever have. */
export interface UiBatch {
  readonly sessionId: string;
  readonly ordinal: bigint;
  readonly events: readonly UiEvent[];
  /**
   * Whether the timeline was repaired up to the ordinal: who follows the session
   * must begin anew with a snapshot. There are no UI events then.
   */
  readonly isReset: boolean;
}

/**
 * Gets the UI events of all sessions, each session's in the order of their
 * ordinals, after their backend events are durable. It must return quickly.
 */
export type Fanout = (batch: UiBatch) => void;
