import { createRegistry, type DescMessage, fromJson, type JsonValue, type Registry } from "@bufbuild/protobuf";
import { genericTypes } from "@sessionstream/proto/schema-facts";
import { messageOf, SessionstreamError } from "../base/errors.js";
import { command, type DescCommand } from "./command.js";
import { type DescEvent, type DescLoggedEvent, type DescSupersededEvent, event } from "./event.js";
import type { DescFeature } from "./feature.js";
import type { Payload } from "./payload.js";
import { type DescTimelineEntity, timelineEntity } from "./timeline-entity.js";
import { type DescUiEvent, uiEvent } from "./ui-event.js";

/**
 * Knows the message type of each command, event, UI event and timeline entity. Names are
 * unique in their kind.
 *
 * Generated `register…` functions fill a registry. The four methods `register…` are for
 * registering by hand.
 */
export class SchemaRegistry {
  readonly #features = new Map<string, DescFeature>();
  readonly #commands = new Map<string, DescCommand>();
  readonly #events = new Map<string, DescLoggedEvent>();
  readonly #retired = new Set<string>();
  readonly #uiEvents = new Map<string, DescUiEvent>();
  readonly #timelineEntities = new Map<string, DescTimelineEntity>();
  #protobuf: Registry | undefined;

  /**
   * Registers all parts of a feature, or nothing.
   * @throws DUPLICATE_NAME, also for an event that another feature retired, or INVALID_PAYLOAD.
   */
  register(feature: DescFeature): void {
    refuseDuplicate("feature", this.#features, feature.name);
    const events = [...feature.events, ...feature.supersededEvents];
    const parts: readonly Part[] = [
      ["command", this.#commands, feature.commands],
      ["event", this.#events, events],
      ["UI event", this.#uiEvents, feature.uiEvents],
      ["timeline entity", this.#timelineEntities, feature.timelineEntities],
    ];
    for (const part of parts) refuse(...part);
    this.#refuseRetired(events, feature.retired);
    this.#features.set(feature.name, feature);
    for (const name of feature.retired) this.#retired.add(name);
    for (const part of parts) this.#add(...part);
  }

  /** @throws DUPLICATE_NAME, INVALID_NAME, or INVALID_PAYLOAD for a message type that can hold anything. */
  registerCommand<Name extends string, Schema extends DescMessage>(
    name: Name,
    schema: Schema,
  ): DescCommand<Name, Schema> {
    return this.#addOne("command", this.#commands, command(name, schema));
  }

  /** @throws like registerCommand. */
  registerEvent<Name extends string, Schema extends DescMessage>(name: Name, schema: Schema): DescEvent<Name, Schema> {
    const desc = event(name, schema);
    this.#refuseRetired([desc]);
    return this.#addOne("event", this.#events, desc);
  }

  /** @throws like registerCommand. */
  registerUIEvent<Name extends string, Schema extends DescMessage>(
    name: Name,
    schema: Schema,
  ): DescUiEvent<Name, Schema> {
    return this.#addOne("UI event", this.#uiEvents, uiEvent(name, schema));
  }

  /** @throws like registerCommand, and INVALID_ENTITY_ID for an unfit id field. */
  registerTimelineEntity<Name extends string, Schema extends DescMessage>(
    name: Name,
    schema: Schema,
    idField: keyof Payload<Schema> & string,
  ): DescTimelineEntity<Name, Schema> {
    return this.#addOne("timeline entity", this.#timelineEntities, timelineEntity(name, schema, idField));
  }

  /** @throws UNKNOWN_NAME. */
  command(name: string): DescCommand {
    return find("command", this.#commands, name);
  }

  /**
   * The event that can be published under a name.
   * @throws UNKNOWN_NAME.
   */
  event(name: string): DescEvent {
    const desc = find("event", this.#events, name);
    if (desc.kind === "superseded_event") throw superseded(desc, this.#events);
    return desc;
  }

  /** @throws UNKNOWN_NAME. */
  uiEvent(name: string): DescUiEvent {
    return find("UI event", this.#uiEvents, name);
  }

  /** @throws UNKNOWN_NAME. */
  timelineEntity(name: string): DescTimelineEntity {
    return find("timeline entity", this.#timelineEntities, name);
  }

  /** Whether an event of that name can be published. */
  hasEvent(name: string): boolean {
    return this.#events.get(name)?.kind === "event";
  }

  /** The event that logs may contain under a name, superseded or not. Undefined if none is registered. */
  loggedEvent(name: string): DescLoggedEvent | undefined {
    return this.#events.get(name);
  }

  /** Whether a feature retired the events of that name, so that they may be passed over in logs. */
  isRetired(name: string): boolean {
    return this.#retired.has(name);
  }

  /** Whether a kind of timeline entity is registered. */
  hasTimelineEntity(name: string): boolean {
    return this.#timelineEntities.has(name);
  }

  /** The names of the registered kinds of timeline entities, sorted. */
  get timelineEntityNames(): readonly string[] {
    return [...this.#timelineEntities.keys()].sort();
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
      return { command: desc, payload: fromJson(desc.schema, json, { registry: this.protobuf }) };
    } catch (thrown) {
      const reason = messageOf(thrown);
      throw new SessionstreamError("INVALID_PAYLOAD", `command "${name}" payload invalid: ${reason}`, {
        name,
        cause: thrown,
      });
    }
  }

  /** The message types of everything that is registered, for `google.protobuf.Any` in JSON. */
  get protobuf(): Registry {
    if (this.#protobuf === undefined) {
      const kinds = [this.#commands, this.#events, this.#uiEvents, this.#timelineEntities];
      const schemas = kinds.flatMap((kind) => [...kind.values()].map((desc) => desc.schema));
      const details = [...this.#commands.values()].flatMap(({ rejects = {} }) => Object.values(rejects));
      const files = [...schemas, ...details].flatMap((schema) => schema?.file ?? []);
      this.#protobuf = createRegistry(...new Set(files));
    }
    return this.#protobuf;
  }

  /** Refuses events whose names are retired, and to retire events, whichever feature has them. */
  #refuseRetired(events: readonly Registered[], retired: readonly string[] = []): void {
    const names = [...this.#events.keys(), ...events.map((desc) => desc.name)];
    const all = new Set([...this.#retired, ...retired]);
    const name = names.find((each) => all.has(each));
    if (name === undefined) return;
    throw new SessionstreamError(
      "DUPLICATE_NAME",
      `event "${name}" is retired, and yet registered: remove it from retired, or give the event another name`,
      { name },
    );
  }

  #addOne<D extends Registered>(kind: string, known: Map<string, Registered>, desc: D): D {
    refuse(kind, known, [desc]);
    this.#add(kind, known, [desc]);
    return desc;
  }

  #add(...[, known, descs]: Part): void {
    for (const desc of descs) known.set(desc.name, desc);
    this.#protobuf = undefined;
  }
}

interface Registered {
  readonly name: string;
  readonly schema: DescMessage;
}

/** Descriptors of a kind, and those that are registered of it. */
type Part = [kind: string, known: Map<string, Registered>, descs: readonly Registered[]];

/** Refuses descriptors that are to be registered together. */
function refuse(...[kind, known, descs]: Part): void {
  const taken = new Map<string, unknown>(known);
  for (const { name, schema } of descs) {
    refuseDuplicate(kind, taken, name);
    taken.set(name, schema);
    if (genericTypes.has(schema.typeName)) {
      throw new SessionstreamError(
        "INVALID_PAYLOAD",
        `${kind} "${name}" payload type ${schema.typeName} can hold anything: define a concrete message`,
        { name },
      );
    }
  }
}

function refuseDuplicate(kind: string, known: ReadonlyMap<string, unknown>, name: string): void {
  if (known.has(name)) {
    throw new SessionstreamError("DUPLICATE_NAME", `${kind} "${name}" already registered`, { name });
  }
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

function find<D>(kind: string, known: ReadonlyMap<string, D>, name: string): D {
  const desc = known.get(name);
  if (desc === undefined) throw new SessionstreamError("UNKNOWN_NAME", `unknown ${kind} "${name}"`, { name });
  return desc;
}
