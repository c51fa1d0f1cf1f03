import type { DescMessage } from "@bufbuild/protobuf";
import {
  type CommandOptions,
  CommandOptionsSchema,
  type EventOptions,
  EventOptionsSchema,
  type RunOptions,
  RunOptionsSchema,
  type TimelineEntityOptions,
  type UiEventOptions,
} from "@sessionstream/proto/sessionstream/v1/options_pb.js";
import type { Kind } from "../naming/kind.js";
import { deriveName } from "../naming/logical-names.js";
import type { Location } from "./location.js";
import type { BindingMark, Flow, IdField, LogicalName, Mark, RetryMark } from "./model.js";
import { readRejections } from "./read-rejections.js";

/** The options that mark a message as one kind. */
export type KindOptions = CommandOptions | EventOptions | UiEventOptions | TimelineEntityOptions | RunOptions;

// The field `name` has this number in the options of every kind.
const nameNumber = CommandOptionsSchema.field.name.number;

/** The message, the feature and the location of a mark. */
export interface Marked {
  readonly kind: Kind;
  readonly message: DescMessage;
  /** The feature's name. Empty if the file is no feature. */
  readonly feature: string;
  readonly location: Location;
  readonly idFields: readonly IdField[];
  readonly binding?: BindingMark;
}

/** Reads the options of one kind on one message. */
export function readMark(options: KindOptions, marked: Marked): Mark {
  const { kind, message, location, idFields, binding } = marked;
  return {
    kind,
    message,
    location,
    names: readNames(options, marked),
    flows: readFlows(options, location),
    rejections:
      options.$typeName === CommandOptionsSchema.typeName
        ? readRejections(options.rejects, message, location.below(CommandOptionsSchema.field.rejects.number))
        : [],
    ...readHistory(options, location),
    retry: readRetry(options, location),
    idFields: kind === "timeline_entity" ? idFields : [],
    binding,
  };
}

function readNames(options: KindOptions, { kind, message, feature, location }: Marked): readonly LogicalName[] {
  if (options.name.length === 0) return [{ text: deriveName(feature, kind, message), location, derived: true }];
  return options.name.map((text, index) => ({ text, location: location.below(nameNumber, index), derived: false }));
}

/** What an event says about events that were published before. */
function readHistory(
  options: KindOptions,
  location: Location,
): Pick<Mark, "version" | "versionLocation" | "supersededBy"> {
  if (options.$typeName !== EventOptionsSchema.typeName) {
    return { version: 1, versionLocation: location, supersededBy: undefined };
  }
  const { version, supersededBy: name } = options;
  const supersededBy =
    name === "" ? undefined : { name, location: location.below(EventOptionsSchema.field.supersededBy.number) };
  // An option that is not written has the value 0.
  return {
    version: Math.max(version, 1),
    versionLocation: location.below(EventOptionsSchema.field.version.number),
    supersededBy,
  };
}

function readRetry(options: KindOptions, location: Location): RetryMark | undefined {
  if (options.$typeName !== RunOptionsSchema.typeName) return undefined;
  const { retries, retryAfterMs } = RunOptionsSchema.field;
  return {
    retries: options.retries,
    retriesLocation: location.below(retries.number),
    after: options.retryAfterMs,
    afterLocation: location.below(retryAfterMs.number),
  };
}

function readFlows(options: KindOptions, location: Location): readonly Flow[] {
  const flow = (option: Flow["option"], to: Kind, names: readonly string[], number: number): Flow[] =>
    names.length === 0
      ? []
      : [{ option, to, targets: names.map((name, index) => ({ name, location: location.below(number, index) })) }];
  switch (options.$typeName) {
    case CommandOptionsSchema.typeName:
      return flow("emits", "event", options.emits, CommandOptionsSchema.field.emits.number);
    case EventOptionsSchema.typeName:
      return [
        ...flow("ui", "ui_event", options.ui, EventOptionsSchema.field.ui.number),
        ...flow("timeline", "timeline_entity", options.timeline, EventOptionsSchema.field.timeline.number),
      ];
    case RunOptionsSchema.typeName:
      return flow("emits", "event", options.emits, RunOptionsSchema.field.emits.number);
    default:
      return [];
  }
}
