import type { Payload } from "../schema/payload.js";
import type { DescTimelineEntity, IdOf } from "../schema/timeline-entity.js";

/** Typed reads of a session's timeline entities, of all kinds or of some. */
export interface TimelineView<Entity extends DescTimelineEntity = DescTimelineEntity> {
  /** The entity's state, or undefined if there is no such entity. */
  get<D extends Entity>(entity: D, id: IdOf<D>): Payload<D["schema"]> | undefined;
  /**
   * All entities of a kind, in the order in which they were created. The cost grows with
   * their number.
   */
  list<D extends Entity>(entity: D): readonly Payload<D["schema"]>[];
}
