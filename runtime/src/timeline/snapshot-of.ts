import type { SkippedEvent, Snapshot } from "./snapshot.js";
import type { TimelineView } from "./view.js";

/** A snapshot of a timeline that nobody changes any more, with its entities in their order. */
export function snapshotOf(
  sessionId: string,
  timeline: TimelineView & { readonly cursor: bigint },
  entities: Snapshot["entities"],
  skipped: readonly SkippedEvent[] = [],
): Snapshot {
  return {
    sessionId,
    ordinal: timeline.cursor,
    entities,
    skipped,
    get: (entity, id) => timeline.get(entity, id),
    list: (entity) => timeline.list(entity),
  };
}
