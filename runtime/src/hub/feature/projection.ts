import type { DescEvent } from "../../schema/event.js";
import type { DescTimelineEntity, TimelineChange } from "../../schema/timeline-entity.js";
import type { DescUiEvent, UiEvent } from "../../schema/ui-event.js";
import type { TimelineView } from "../../timeline/view.js";
import type { BackendEvent } from "./backend-event.js";

/** A method of a UI projection, for one event. */
export type UiProjector<Event extends DescEvent, Ui extends DescUiEvent> = (
  event: BackendEvent<Event>,
  view: TimelineView,
) => readonly (Ui extends DescUiEvent ? UiEvent<Ui> : never)[];

/** A method of a timeline projection, for one event. */
export type TimelineProjector<Event extends DescEvent, Entity extends DescTimelineEntity> = (
  event: BackendEvent<Event>,
  view: TimelineView,
) => readonly (Entity extends DescTimelineEntity ? TimelineChange<Entity> : never)[];

/** The projection method of an event without an effect. It shows that the event is ignored on purpose. */
export const ignore = (): readonly never[] => [];
