import { SessionstreamError } from "../base/errors.js";
import type { DescCommand } from "./command.js";
import type { DescEvent, DescSupersededEvent } from "./event.js";
import { checkName } from "./name.js";
import type { DescTimelineEntity } from "./timeline-entity.js";
import type { DescUiEvent } from "./ui-event.js";

// Descriptors name the parts of a feature, as protobuf-es descriptors name
// messages. The generator writes them; nothing else needs to.

/** A feature: commands, events, UI events and timeline entities that belong together. */
export interface DescFeature<
  Command extends DescCommand = DescCommand,
  Event extends DescEvent = DescEvent,
  Ui extends DescUiEvent = DescUiEvent,
  Entity extends DescTimelineEntity = DescTimelineEntity,
> {
  readonly kind: "feature";
  readonly name: string;
  readonly commands: readonly Command[];
  readonly events: readonly Event[];
  /** Events that only logs contain. */
  readonly supersededEvents: readonly DescSupersededEvent[];
  /** The names of events that the feature had earlier. The hub passes over them in logs. */
  readonly retired: readonly string[];
  readonly uiEvents: readonly Ui[];
  readonly timelineEntities: readonly Entity[];
}

/**
 * Describes a feature.
 * @throws INVALID_NAME, or UNKNOWN_NAME if the successor of an event is no event of the
 * feature.
 */
export function feature<
  Command extends DescCommand,
  Event extends DescEvent,
  Ui extends DescUiEvent,
  Entity extends DescTimelineEntity,
>(
  name: string,
  parts: {
    readonly commands?: readonly Command[];
    readonly events?: readonly Event[];
    readonly supersededEvents?: readonly DescSupersededEvent[];
    readonly retired?: readonly string[];
    readonly uiEvents?: readonly Ui[];
    readonly timelineEntities?: readonly Entity[];
  },
): DescFeature<Command, Event, Ui, Entity> {
  checkName("feature", name);
  const {
    commands = [],
    events = [],
    supersededEvents = [],
    retired = [],
    uiEvents = [],
    timelineEntities = [],
  } = parts;
  for (const old of retired) checkName("retired event", old);
  checkSuccessors(name, events, supersededEvents);
  return { kind: "feature", name, commands, events, supersededEvents, retired, uiEvents, timelineEntities };
}

/** Every superseded event must lead to one that can be published. */
function checkSuccessors(
  feature: string,
  events: readonly DescEvent[],
  supersededEvents: readonly DescSupersededEvent[],
): void {
  const successors = new Map(supersededEvents.map((desc) => [desc.name, desc.supersededBy]));
  const published = new Set(events.map((desc) => desc.name));
  for (const { name, supersededBy } of supersededEvents) {
    let last = supersededBy;
    // More steps than there are successors would go round in a circle.
    for (let steps = 0; steps < successors.size; steps++) last = successors.get(last) ?? last;
    if (published.has(last)) continue;
    throw new SessionstreamError(
      "UNKNOWN_NAME",
      `event "${name}" is superseded by "${supersededBy}", which is no event of the feature "${feature}" and leads to none`,
      { name },
    );
  }
}
