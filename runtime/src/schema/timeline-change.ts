import type { DescTimelineEntity } from "./descriptors.js";
import type { Payload } from "./payload.js";

/**
 * A change to the timeline, as a timeline projection returns it. Made with `put`
 * or `delete` of an entity's descriptor.
 */
export class TimelineChange<D extends DescTimelineEntity = DescTimelineEntity> {
  readonly entity: D;
  readonly id: string;
  /** The new state, or undefined where the entity is deleted. */
  readonly payload: Payload<D["schema"]> | undefined;

  constructor(entity: D, id: string, payload: Payload<D["schema"]> | undefined) {
    this.entity = entity;
    this.id = id;
    this.payload = payload;
  }
}
