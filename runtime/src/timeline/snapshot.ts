import type { Payload } from "../schema/payload.js";
import type { DescTimelineEntity } from "../schema/timeline-entity.js";
import type { TimelineView } from "./view.js";

/** A timeline entity with its place in the session's history. */
export interface TimelineEntity<D extends DescTimelineEntity = DescTimelineEntity> {
  readonly kind: D["name"];
  readonly id: string;
  /** The ordinal of the event that created it. */
  readonly createdOrdinal: bigint;
  /** The ordinal of the event that changed it last. */
  readonly lastEventOrdinal: bigint;
  readonly payload: Payload<D["schema"]>;
}

/** A session's timeline, complete up to an ordinal. */
export interface Snapshot<Entity extends DescTimelineEntity = DescTimelineEntity> extends TimelineView<Entity> {
  readonly sessionId: string;
  /** The ordinal of the last event that the timeline contains. 0 before the first event. */
  readonly ordinal: bigint;
  /** Ordered by created ordinal, last event ordinal, kind and id. */
  readonly entities: readonly TimelineEntity<Entity>[];
}
