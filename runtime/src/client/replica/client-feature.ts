import type { DescFeature } from "../../schema/feature.js";
import type { DescTimelineEntity, TimelineChange } from "../../schema/timeline-entity.js";
import type { DescUiEvent } from "../../schema/ui-event.js";
import type { LiveUiEvent } from "../../session/session-client.js";
import type { TimelineView } from "../../timeline/view.js";

/** A method of a client projection, for one UI event. */
export type ClientProjector<Ui extends DescUiEvent, Entity extends DescTimelineEntity> = (
  event: LiveUiEvent<Ui>,
  view: TimelineView,
) => readonly (Entity extends DescTimelineEntity ? TimelineChange<Entity> : never)[];

/**
 * A feature as a client uses it. A projection folds the live UI events into the client's
 * timeline and keeps it live. Without a projection, the timeline stays as it was in the
 * last snapshot. The generated `…ClientFeature` function makes one.
 *
 * The projection is right if its fold of the UI events gives the same timeline as the
 * server's fold of the backend events. Then a client that comes back shows the same as a
 * client that never left.
 */
export interface ClientFeature<Feature extends DescFeature = DescFeature> {
  readonly desc: Feature;
  project?(event: LiveUiEvent<DescUiEvent>, view: TimelineView): readonly TimelineChange[];
}
