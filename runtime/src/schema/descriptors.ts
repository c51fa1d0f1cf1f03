import { type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { SessionstreamError } from "../base/errors.js";
import { type Payload, type PayloadInit, toPayload } from "./payload.js";
import { TimelineChange } from "./timeline-change.js";
import { UiEvent } from "./ui-event.js";

// Descriptors name the parts of a feature, as protobuf-es descriptors name
// messages. The generator writes them; nothing else needs to.

/** A command: a request to do work. */
export interface DescCommand<Name extends string = string, Schema extends DescMessage = DescMessage> {
  readonly kind: "command";
  /** The logical name. */
  readonly name: Name;
  /** The payload's message type. */
  readonly schema: Schema;
}

/** A backend event: what happened. */
export interface DescEvent<Name extends string = string, Schema extends DescMessage = DescMessage> {
  readonly kind: "event";
  readonly name: Name;
  readonly schema: Schema;
  /** The version of what the event means, which is stored with each; 1 is the first. */
  readonly version: number;
}

/**
 * An event that another one took the place of. It cannot be published; logs have
 * it, and an upcast turns it into its successor.
 */
export interface DescSupersededEvent<Name extends string = string, Schema extends DescMessage = DescMessage> {
  readonly kind: "superseded_event";
  readonly name: Name;
  readonly schema: Schema;
  /** The last version in which it was published. */
  readonly version: number;
  /** The name of the event of the same feature that took its place. */
  readonly supersededBy: string;
}

/** An event that logs may have. */
export type DescLoggedEvent = DescEvent | DescSupersededEvent;

/** A UI event: what a live client is told. */
export interface DescUiEvent<Name extends string = string, Schema extends DescMessage = DescMessage> {
  readonly kind: "ui_event";
  readonly name: Name;
  readonly schema: Schema;
  /**
   * Makes a UI event, for a UI projection to return. Throws
   * PAYLOAD_TYPE_MISMATCH or INVALID_PAYLOAD.
   */
  of(payload: PayloadInit<Schema>): UiEvent<DescUiEvent<Name, Schema>>;
}

/** A timeline entity: durable projected state. */
export interface DescTimelineEntity<
  Name extends string = string,
  Schema extends DescMessage = DescMessage,
  Id extends EntityId = EntityId,
> {
  readonly kind: "timeline_entity";
  readonly name: Name;
  readonly schema: Schema;
  /** The id of an entity, taken from the field that the schema marks. */
  idOf(payload: Payload<Schema>): string;
  /**
   * Creates the entity or replaces its state, for a timeline projection to
   * return. Throws PAYLOAD_TYPE_MISMATCH, INVALID_PAYLOAD, or INVALID_ENTITY_ID
   * when the id is empty.
   */
  put(payload: PayloadInit<Schema>): TimelineChange<DescTimelineEntity<Name, Schema, Id>>;
  /** Deletes the entity; the store keeps a tombstone. */
  delete(id: Id): TimelineChange<DescTimelineEntity<Name, Schema, Id>>;
}

/** The types that a field with an entity's id can have. */
export type EntityId = string | number | bigint;

/** The type of the id of a kind of timeline entity. */
export type IdOf<D extends DescTimelineEntity> =
  D extends DescTimelineEntity<string, DescMessage, infer Id> ? Id : never;

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
  /** Events that are in logs only. */
  readonly supersededEvents: readonly DescSupersededEvent[];
  readonly uiEvents: readonly Ui[];
  readonly timelineEntities: readonly Entity[];
}

/** Describes a command. Throws INVALID_NAME. */
export function command<Name extends string, Schema extends DescMessage>(
  name: Name,
  schema: Schema,
): DescCommand<Name, Schema> {
  checkName("command", name);
  return { kind: "command", name, schema };
}

/**
 * Describes a backend event. A version above 1 says that its feature has an
 * upcast, which makes each version of the one before. Throws INVALID_NAME, or
 * INVALID_OPTION where the version is not a whole number from 1 to 100.
 */
export function event<Name extends string, Schema extends DescMessage>(
  name: Name,
  schema: Schema,
  { version = 1 }: { readonly version?: number } = {},
): DescEvent<Name, Schema> {
  checkName("event", name);
  checkVersion(name, version);
  return { kind: "event", name, schema, version };
}

/**
 * Describes an event that can no longer be published, since the event named `by`
 * took its place. Throws like `event`.
 */
export function supersededEvent<Name extends string, Schema extends DescMessage>(
  name: Name,
  schema: Schema,
  { by, version = 1 }: { readonly by: string; readonly version?: number },
): DescSupersededEvent<Name, Schema> {
  checkName("event", name);
  checkVersion(name, version);
  return { kind: "superseded_event", name, schema, version, supersededBy: by };
}

/** Describes a UI event. Throws INVALID_NAME. */
export function uiEvent<Name extends string, Schema extends DescMessage>(
  name: Name,
  schema: Schema,
): DescUiEvent<Name, Schema> {
  checkName("UI event", name);
  const desc: DescUiEvent<Name, Schema> = {
    kind: "ui_event",
    name,
    schema,
    of: (init) => new UiEvent(desc, toPayload(schema, init, `UI event "${name}"`, { name })),
  };
  return desc;
}

/**
 * Describes a timeline entity. `idField` is the local name of the field that
 * holds the id. Throws INVALID_NAME, or INVALID_ENTITY_ID when the field is not
 * a singular string or integer of the message.
 */
export function timelineEntity<Name extends string, Schema extends DescMessage, Id extends EntityId = EntityId>(
  name: Name,
  schema: Schema,
  idField: string,
): DescTimelineEntity<Name, Schema, Id> {
  checkName("timeline entity", name);
  const what = `timeline entity "${name}"`;
  const field = schema.fields.find((candidate) => candidate.localName === idField);
  const fits = field?.fieldKind === "scalar" && field.oneof === undefined && !unfitForIds.has(field.scalar);
  if (!fits) {
    throw new SessionstreamError(
      "INVALID_ENTITY_ID",
      `${what} id field "${idField}" is not a singular string or integer of ${schema.typeName}`,
      { name },
    );
  }
  const toId = (value: unknown): string => {
    const id = value === undefined || value === null ? "" : String(value);
    if (id === "") {
      throw new SessionstreamError("INVALID_ENTITY_ID", `${what} has an empty id: set its field "${idField}"`, {
        name,
      });
    }
    return id;
  };
  const desc: DescTimelineEntity<Name, Schema, Id> = {
    kind: "timeline_entity",
    name,
    schema,
    idOf: (payload) => toId((payload as Record<string, unknown>)[idField]),
    put(init) {
      const payload = toPayload(schema, init, what, { name });
      return new TimelineChange(desc, desc.idOf(payload), payload);
    },
    delete: (id) => new TimelineChange(desc, toId(id), undefined),
  };
  return desc;
}

const unfitForIds: ReadonlySet<ScalarType> = new Set([
  ScalarType.BOOL,
  ScalarType.BYTES,
  ScalarType.DOUBLE,
  ScalarType.FLOAT,
]);

/**
 * Describes a feature. Throws INVALID_NAME, or UNKNOWN_NAME where an event is
 * superseded by none of the feature.
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
    readonly uiEvents?: readonly Ui[];
    readonly timelineEntities?: readonly Entity[];
  },
): DescFeature<Command, Event, Ui, Entity> {
  checkName("feature", name);
  const { commands = [], events = [], supersededEvents = [], uiEvents = [], timelineEntities = [] } = parts;
  checkSuccessors(name, events, supersededEvents);
  return { kind: "feature", name, commands, events, supersededEvents, uiEvents, timelineEntities };
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

function checkVersion(name: string, version: number): void {
  // An event of version 1 takes a step for each: a date as a version would take millions.
  if (Number.isInteger(version) && version >= 1 && version <= 100) return;
  throw new SessionstreamError(
    "INVALID_OPTION",
    `event "${name}" version: got ${String(version)}, want a whole number from 1 to 100`,
    { name },
  );
}

function checkName(what: string, name: string): void {
  if (name === "") throw new SessionstreamError("INVALID_NAME", `${what} name is empty`);
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) {
    throw new SessionstreamError(
      "INVALID_NAME",
      `${what} name ${JSON.stringify(name)} is not an identifier: want a letter, then letters, digits and "_"`,
      { name },
    );
  }
}
