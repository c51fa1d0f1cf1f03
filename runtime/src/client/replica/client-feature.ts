import type { DescFeature } from "../../schema/feature.js";
import type { DescTimelineEntity, TimelineChange } from "../../schema/timeline-entity.js";
import type { DescUiEvent } from "../../schema/ui-event.js";
import type { LiveUiEvent } from "../../session/session-client.js";
import type { TimelineView } from "../../timeline/view.js";

/** What a client projection's method for a UI event looks like. */
export type ClientProjector<Ui extends DescUiEvent, Entity extends DescTimelineEntity> = (
  event: LiveUiEvent<Ui>,
  view: TimelineView,
) => readonly (Entity extends DescTimelineEntity ? TimelineChange<Entity> : never)[];

/**
 * A feature as a client uses it. With a projection, which folds the live UI
 * events into the client's timeline, the timeline is live; without one, it
 * stays as the last snapshot had it. The generated `…ClientFeature` function
 * makes one.
 *
 * The projection is right when its fold of the UI events gives what the
 * server's timeline projection gives of the backend events: then a client that
 * was away shows what a client shows that never left.
 */
export interface ClientFeature<Feature extends DescFeature = DescFeature> {
  readonly desc: Feature;
  project?(event: LiveUiEvent<DescUiEvent>, view: TimelineView): readonly TimelineChange[];
}
