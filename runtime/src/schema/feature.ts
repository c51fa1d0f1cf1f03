import { checkOptions, wholeNumber } from "../base/option.js";
import type { DescCommand } from "./command.js";
import type { DescEvent, DescSupersededEvent } from "./event.js";
import { checkName } from "./name.js";
import type { DescRun } from "./run.js";
import type { DescTimelineEntity } from "./timeline-entity.js";
import type { DescUiEvent } from "./ui-event.js";

// Descriptors name the parts of a feature, as protobuf-es descriptors name
// messages. The generator writes them; nothing else needs to.

/** A feature: commands, events, UI events, timeline entities and runs that belong together. */
export interface DescFeature<
  Command extends DescCommand = DescCommand,
  Event extends DescEvent = DescEvent,
  Ui extends DescUiEvent = DescUiEvent,
  Entity extends DescTimelineEntity = DescTimelineEntity,
  Run extends DescRun = DescRun,
> {
  readonly kind: "feature";
  readonly name: string;
  readonly commands: readonly Command[];
  readonly events: readonly Event[];
  /** Events that only logs contain. */
  readonly supersededEvents: readonly DescSupersededEvent[];
  /** The names of events that the feature had earlier. The hub passes over them in logs. */
  readonly retired: readonly string[];
  /** The version of the timeline projection, from 1. Sessions that a lower one folded are folded again. */
  readonly timelineVersion: number;
  readonly uiEvents: readonly Ui[];
  readonly timelineEntities: readonly Entity[];
  readonly runs: readonly Run[];
}

/**
 * Describes a feature.
 * @throws INVALID_NAME, or INVALID_OPTION if the timeline version is not a whole number from 1 to 4,294,967,295.
 */
export function feature<
  Command extends DescCommand,
  Event extends DescEvent,
  Ui extends DescUiEvent,
  Entity extends DescTimelineEntity,
  Run extends DescRun,
>(
  name: string,
  parts: {
    readonly commands?: readonly Command[];
    readonly events?: readonly Event[];
    readonly supersededEvents?: readonly DescSupersededEvent[];
    readonly retired?: readonly string[];
    readonly timelineVersion?: number;
    readonly uiEvents?: readonly Ui[];
    readonly timelineEntities?: readonly Entity[];
    readonly runs?: readonly Run[];
  },
): DescFeature<Command, Event, Ui, Entity, Run> {
  checkName("feature", name);
  const {
    commands = [],
    events = [],
    supersededEvents = [],
    retired = [],
    timelineVersion = 1,
    uiEvents = [],
    timelineEntities = [],
    runs = [],
  } = parts;
  for (const old of retired) checkName("retired event", old);
  checkOptions(`feature "${name}"`, parts, { timelineVersion: wholeNumber(1, 2 ** 32 - 1) });
  return {
    kind: "feature",
    name,
    commands,
    events,
    supersededEvents,
    retired,
    timelineVersion,
    uiEvents,
    timelineEntities,
    runs,
  };
}
