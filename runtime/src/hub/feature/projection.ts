import type { DescEvent } from "../../schema/event.js";
import type { DescTimelineEntity, TimelineChange } from "../../schema/timeline-entity.js";
import type { DescUiEvent, UiEvent } from "../../schema/ui-event.js";
import type { TimelineView } from "../../timeline/view.js";
import type { BackendEvent } from "./backend-event.js";

/** What a UI projection's method for an event looks like. */
export type UiProjector<Event extends DescEvent, Ui extends DescUiEvent> = (
  event: BackendEvent<Event>,
  view: TimelineView,
) => readonly (Ui extends DescUiEvent ? UiEvent<Ui> : never)[];

/** What a timeline projection's method for an event looks like. */
export type TimelineProjector<Event extends DescEvent, Entity extends DescTimelineEntity> = (
  event: BackendEvent<Event>,
  view: TimelineView,
) => readonly (Entity extends DescTimelineEntity ? TimelineChange<Entity> : never)[];

/**
 * The projection method of an event that has no effect on a view. Naming the
 * event with it makes the decision visible.
 */
export const ignore = (): readonly never[] => [];
