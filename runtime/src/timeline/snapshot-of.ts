import type { SkippedEvent, Snapshot } from "./snapshot.js";
import type { Timeline } from "./timeline.js";

/** A snapshot of a timeline that nobody changes any more. */
export function snapshotOf(
  sessionId: string,
  timeline: Pick<Timeline, "cursor" | "get" | "list"> & { entities(): Snapshot["entities"] },
  skipped: readonly SkippedEvent[] = [],
): Snapshot {
  return {
    sessionId,
    ordinal: timeline.cursor,
    entities: timeline.entities(),
    skipped,
    get: (entity, id) => timeline.get(entity, id),
    list: (entity) => timeline.list(entity),
  };
}
