import { createRegistry, type DescMessage, type Registry } from "@bufbuild/protobuf";
import { SessionstreamError } from "../base/errors.js";
import type { DescCommand } from "./command.js";
import type { DescLoggedEvent } from "./event.js";
import type { DescFeature } from "./feature.js";
import { freeze, isDevelopment } from "./freeze.js";
import { decodePayload, type Payload } from "./payload.js";
import type { DescRun } from "./run.js";
import type { DescTimelineEntity } from "./timeline-entity.js";
import type { DescUiEvent } from "./ui-event.js";

/** Something that has a name and a message type. */
export interface Registered {
  readonly name: string;
  readonly schema: DescMessage;
}

/** What features have in them, as servers and clients need it. Names are unique in their kind. */
export class FeatureRegistry {
  readonly #features = new Map<string, DescFeature>();
  protected readonly commands = new Map<string, DescCommand>();
  protected readonly events = new Map<string, DescLoggedEvent>();
  protected readonly uiEvents = new Map<string, DescUiEvent>();
  protected readonly timelineEntities = new Map<string, DescTimelineEntity>();
  protected readonly runs = new Map<string, DescRun>();
  #protobuf: Registry | undefined;
  readonly #isFreezing: boolean;

  /** With `freeze`, the payloads of its features are frozen. By default, they are unless NODE_ENV is `production`. */
  constructor({ freeze = isDevelopment() }: { readonly freeze?: boolean | undefined } = {}) {
    this.#isFreezing = freeze;
  }

  /**
   * Registers all parts of a feature, or nothing.
   * @throws DUPLICATE_NAME.
   */
  register(feature: DescFeature): void {
    refuseDuplicate("feature", this.#features, feature.name);
    const parts: readonly Part[] = [
      ["command", this.commands, feature.commands],
      ["event", this.events, [...feature.events, ...feature.supersededEvents]],
      ["UI event", this.uiEvents, feature.uiEvents],
      ["timeline entity", this.timelineEntities, feature.timelineEntities],
      ["run", this.runs, feature.runs],
    ];
    for (const part of parts) refuse(...part);
    this.#features.set(feature.name, feature);
    for (const [, known, descs] of parts) this.#keep(known, descs);
  }

  /** @throws UNKNOWN_NAME. */
  uiEvent(name: string): DescUiEvent {
    return find("UI event", this.uiEvents, name);
  }

  /** @throws UNKNOWN_NAME. */
  timelineEntity(name: string): DescTimelineEntity {
    return find("timeline entity", this.timelineEntities, name);
  }

  /** Whether a kind of timeline entity is registered. */
  hasTimelineEntity(name: string): boolean {
    return this.timelineEntities.has(name);
  }

  /** Freezes a payload that is ours, or what comes with payloads, where payloads are frozen. Returns it. */
  freeze<T>(value: T): T {
    return this.#isFreezing ? freeze(value) : value;
  }

  /**
   * Reads a payload in protobuf's binary format, and freezes it where payloads are frozen.
   * @throws where it is not in that format.
   */
  decode<Schema extends DescMessage>(schema: Schema, encoded: Uint8Array): Payload<Schema> {
    return this.freeze(decodePayload(schema, encoded));
  }

  /** The message types of everything that is registered, for `google.protobuf.Any` in JSON. */
  get protobuf(): Registry {
    if (this.#protobuf === undefined) {
      const kinds = [this.commands, this.events, this.uiEvents, this.timelineEntities, this.runs];
      const schemas = kinds.flatMap((kind) => [...kind.values()].map((desc) => desc.schema));
      const details = [...this.commands.values()].flatMap(({ rejects = {} }) => Object.values(rejects));
      const files = [...schemas, ...details].flatMap((schema) => schema?.file ?? []);
      this.#protobuf = createRegistry(...new Set(files));
    }
    return this.#protobuf;
  }

  protected add<D extends Registered>(kind: string, known: Map<string, Registered>, desc: D): D {
    refuse(kind, known, [desc]);
    this.#keep(known, [desc]);
    return desc;
  }

  #keep(known: Map<string, Registered>, descs: readonly Registered[]): void {
    for (const desc of descs) known.set(desc.name, desc);
    this.#protobuf = undefined;
  }
}

/** Descriptors of a kind, and those that are registered of it. */
type Part = [kind: string, known: Map<string, Registered>, descs: readonly Registered[]];

/** Refuses descriptors that are to be registered together. */
function refuse(...[kind, known, descs]: Part): void {
  const taken = new Map<string, unknown>(known);
  for (const { name, schema } of descs) {
    refuseDuplicate(kind, taken, name);
    taken.set(name, schema);
  }
}

function refuseDuplicate(kind: string, known: ReadonlyMap<string, unknown>, name: string): void {
  if (known.has(name)) {
    throw new SessionstreamError("DUPLICATE_NAME", `${kind} "${name}" already registered`, { name });
  }
}

/** @throws UNKNOWN_NAME. */
export function find<D>(kind: string, known: ReadonlyMap<string, D>, name: string): D {
  const desc = known.get(name);
  if (desc === undefined) throw new SessionstreamError("UNKNOWN_NAME", `unknown ${kind} "${name}"`, { name });
  return desc;
}
