import { type DescMessage, fromJson, type JsonValue } from "@bufbuild/protobuf";
import { genericTypes } from "@sessionstream/proto/schema-facts";
import { messageOf, SessionstreamError } from "../base/errors.js";
import { command, type DescCommand } from "./command.js";
import { type DescEvent, type DescLoggedEvent, type DescSupersededEvent, event } from "./event.js";
import type { DescFeature } from "./feature.js";
import { FeatureRegistry, find, type Registered } from "./feature-registry.js";
import type { Payload } from "./payload.js";
import type { DescRun } from "./run.js";
import { type DescTimelineEntity, timelineEntity } from "./timeline-entity.js";
import { type DescUiEvent, uiEvent } from "./ui-event.js";

/**
 * Knows the message type of each command, event, UI event, timeline entity and run. Names
 * are unique in their kind.
 *
 * Generated `register…` functions fill a registry. The four methods `register…` are for
 * registering by hand.
 */
export class SchemaRegistry extends FeatureRegistry {
  readonly #retired = new Set<string>();

  /**
   * Registers all parts of a feature, or nothing.
   * @throws DUPLICATE_NAME, also for an event that another feature retired, INVALID_PAYLOAD, or
   * UNKNOWN_NAME if the successor of an event is no event of the feature.
   */
  override register(feature: DescFeature): void {
    checkSuccessors(feature);
    for (const command of feature.commands) refuseGeneric("command", command);
    for (const event of [...feature.events, ...feature.supersededEvents]) refuseGeneric("event", event);
    for (const uiEvent of feature.uiEvents) refuseGeneric("UI event", uiEvent);
    for (const entity of feature.timelineEntities) refuseGeneric("timeline entity", entity);
    for (const run of feature.runs) refuseGeneric("run", run);
    this.#refuseRetired([...feature.events, ...feature.supersededEvents], feature.retired);
    super.register(feature);
    for (const name of feature.retired) this.#retired.add(name);
  }

  /** @throws DUPLICATE_NAME, INVALID_NAME, or INVALID_PAYLOAD for a message type that can hold anything. */
  registerCommand<Name extends string, Schema extends DescMessage>(
    name: Name,
    schema: Schema,
  ): DescCommand<Name, Schema> {
    return this.add("command", this.commands, command(name, schema));
  }

  /** @throws like registerCommand. */
  registerEvent<Name extends string, Schema extends DescMessage>(name: Name, schema: Schema): DescEvent<Name, Schema> {
    const desc = event(name, schema);
    this.#refuseRetired([desc]);
    return this.add("event", this.events, desc);
  }

  /** @throws like registerCommand. */
  registerUIEvent<Name extends string, Schema extends DescMessage>(
    name: Name,
    schema: Schema,
  ): DescUiEvent<Name, Schema> {
    return this.add("UI event", this.uiEvents, uiEvent(name, schema));
  }

  /** @throws like registerCommand, and INVALID_ENTITY_ID for an unfit id field. */
  registerTimelineEntity<Name extends string, Schema extends DescMessage>(
    name: Name,
    schema: Schema,
    idField: keyof Payload<Schema> & string,
  ): DescTimelineEntity<Name, Schema> {
    return this.add("timeline entity", this.timelineEntities, timelineEntity(name, schema, idField));
  }

  /** @throws UNKNOWN_NAME. */
  command(name: string): DescCommand {
    return find("command", this.commands, name);
  }

  /** @throws UNKNOWN_NAME. */
  run(name: string): DescRun {
    return find("run", this.runs, name);
  }

  /** Whether a run of that name is registered. */
  hasRun(name: string): boolean {
    return this.runs.has(name);
  }

  /**
   * The event that can be published under a name.
   * @throws UNKNOWN_NAME.
   */
  event(name: string): DescEvent {
    const desc = find("event", this.events, name);
    if (desc.kind === "superseded_event") throw superseded(desc, this.events);
    return desc;
  }

  /** Whether an event of that name can be published. */
  hasEvent(name: string): boolean {
    return this.events.get(name)?.kind === "event";
  }

  /** The event that logs may contain under a name, superseded or not. Undefined if none is registered. */
  loggedEvent(name: string): DescLoggedEvent | undefined {
    return this.events.get(name);
  }

  /** Whether a feature retired the events of that name, so that they may be passed over in logs. */
  isRetired(name: string): boolean {
    return this.#retired.has(name);
  }

  /** The names of the registered kinds of timeline entities, sorted. */
  get timelineEntityNames(): readonly string[] {
    return [...this.timelineEntities.keys()].sort();
  }

  /**
   * Reads a command's payload from protobuf JSON.
   * @throws UNKNOWN_NAME, or INVALID_PAYLOAD where the JSON does not fit the message.
   */
  decodeCommand(
    name: string,
    json: JsonValue,
  ): { readonly command: DescCommand; readonly payload: Payload<DescMessage> } {
    const desc = this.command(name);
    try {
      return { command: desc, payload: this.freeze(fromJson(desc.schema, json, { registry: this.protobuf })) };
    } catch (thrown) {
      const reason = messageOf(thrown);
      throw new SessionstreamError("INVALID_PAYLOAD", `command "${name}" payload invalid: ${reason}`, {
        name,
        cause: thrown,
      });
    }
  }

  protected override add<D extends Registered>(kind: string, known: Map<string, Registered>, desc: D): D {
    refuseGeneric(kind, desc);
    return super.add(kind, known, desc);
  }

  /** Refuses events whose names are retired, and to retire events, whichever feature has them. */
  #refuseRetired(events: readonly Pick<DescEvent, "name">[], retired: readonly string[] = []): void {
    const names = [...this.events.keys(), ...events.map((desc) => desc.name)];
    const all = new Set([...this.#retired, ...retired]);
    const name = names.find((each) => all.has(each));
    if (name === undefined) return;
    throw new SessionstreamError(
      "DUPLICATE_NAME",
      `event "${name}" is retired, and yet registered: remove it from retired, or give the event another name`,
      { name },
    );
  }
}

function refuseGeneric(kind: string, { name, schema }: Registered): void {
  if (!genericTypes.has(schema.typeName)) return;
  throw new SessionstreamError(
    "INVALID_PAYLOAD",
    `${kind} "${name}" payload type ${schema.typeName} can hold anything: define a concrete message`,
    { name },
  );
}

function superseded(desc: DescSupersededEvent, events: ReadonlyMap<string, DescLoggedEvent>): SessionstreamError {
  let successor = desc.supersededBy;
  for (let next = events.get(successor); next?.kind === "superseded_event"; next = events.get(successor)) {
    successor = next.supersededBy;
  }
  return new SessionstreamError(
    "UNKNOWN_NAME",
    `event "${desc.name}" is superseded and can only be read from logs: publish "${successor}" instead`,
    { name: desc.name },
  );
}

/** Every superseded event must lead to one that can be published. */
function checkSuccessors({ name: feature, events, supersededEvents }: DescFeature): void {
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
