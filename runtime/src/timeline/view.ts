import type { Payload } from "../schema/payload.js";
import type { DescTimelineEntity, IdOf } from "../schema/timeline-entity.js";

/** Typed reads of a session's timeline entities, of all kinds or of some. */
export interface TimelineView<Entity extends DescTimelineEntity = DescTimelineEntity> {
  /** The entity's state, or undefined where there is none. */
  get<D extends Entity>(entity: D, id: IdOf<D>): Payload<D["schema"]> | undefined;
  /**
   * All entities of a kind, ordered by the ordinal that created them, then by
   * the one that changed them last, then by id. Costs as much as there are.
   */
  list<D extends Entity>(entity: D): readonly Payload<D["schema"]>[];
}
