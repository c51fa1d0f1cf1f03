import type { UiEvent } from "../schema/ui-event.js";
import type { EventMeta } from "../store/event-meta.js";
import type { StoredEvent } from "../store/stored.js";

/** All UI events of one backend event. */
export interface UiBatch {
  readonly sessionId: string;
  readonly ordinal: bigint;
  /** When the backend event was ordered, or the timeline repaired, in milliseconds since the Unix epoch. */
  readonly time: number;
  /** Where the backend event comes from, if anything is known of that. */
  readonly meta?: EventMeta;
  readonly events: readonly UiEvent[];
  /**
   * Whether the timeline was repaired up to the ordinal. Then there are no UI events, and
   * everyone who follows the session must start over with a snapshot.
   */
  readonly isReset: boolean;
}

/** The UI events of an event that is stored. */
export function uiBatchOf(
  sessionId: string,
  { ordinal, time, meta }: StoredEvent,
  events: readonly UiEvent[],
): UiBatch {
  const batch = { sessionId, ordinal, time, events, isReset: false };
  return meta === undefined ? batch : { ...batch, meta };
}

/** Says that everyone who follows the session must start over. */
export function resetBatch(sessionId: string, ordinal: bigint, time: number): UiBatch {
  return { sessionId, ordinal, time, events: [], isReset: true };
}

/**
 * Receives the UI events of one session or of several, after their backend events are
 * durable. The UI events of one session come in the order of their ordinals. The function
 * must return quickly.
 */
export type Fanout = (batch: UiBatch) => void;
