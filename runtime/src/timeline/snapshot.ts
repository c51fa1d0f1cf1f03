import type { Payload } from "../schema/payload.js";
import type { DescTimelineEntity } from "../schema/timeline-entity.js";
import type { TimelineView } from "./view.js";

/** A timeline entity with its place in the session's history. */
export interface TimelineEntity<D extends DescTimelineEntity = DescTimelineEntity> {
  readonly kind: D["name"];
  readonly id: string;
  /** The ordinal of the event that created it. */
  readonly createdOrdinal: bigint;
  /** Its place, from 0, among the entities that this event created. */
  readonly position: number;
  /** The ordinal of the event that changed it last. */
  readonly lastEventOrdinal: bigint;
  readonly payload: Payload<D["schema"]>;
}

/** A session's timeline, complete up to an ordinal. */
export interface Snapshot<Entity extends DescTimelineEntity = DescTimelineEntity> extends TimelineView<Entity> {
  readonly sessionId: string;
  /** The ordinal of the last event that the timeline contains. 0 before the first event. */
  readonly ordinal: bigint;
  /** In the order in which they were created. */
  readonly entities: readonly TimelineEntity<Entity>[];
  /** The events up to the ordinal that had no effect, of a snapshot of the past. */
  readonly skipped: readonly SkippedEvent[];
}

/** An event that a snapshot of the past passes over: it cannot be read or projected, or is not known. */
export interface SkippedEvent {
  readonly ordinal: bigint;
  readonly name: string;
  /** Why. */
  readonly message: string;
}
