import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { SessionstreamError } from "../base/errors.js";
import type { Payload } from "../schema/payload.js";
import type { SchemaRegistry } from "../schema/registry.js";
import type { DescTimelineEntity, IdOf, TimelineChange } from "../schema/timeline-entity.js";
import { compareEntities } from "../store/entity-order.js";
import type { StoredEntity } from "../store/store.js";
import type { TimelineEntity } from "./snapshot.js";
import type { TimelineView } from "./view.js";

interface Entry {
  readonly desc: DescTimelineEntity;
  readonly kind: string;
  readonly id: string;
  createdOrdinal: bigint;
  lastEventOrdinal: bigint;
  /** Undefined for a tombstone, and until an entry that was loaded is first read. */
  payload: Payload<DescTimelineEntity["schema"]> | undefined;
  /** The payload as it was loaded, decoded when it is first read. */
  loaded: Loaded | undefined;
}

interface Loaded {
  readonly type: string;
  readonly payload: Uint8Array;
}

/**
 * The timeline of a session in memory: the fold of its log up to a cursor, and
 * which entities changed since the changes were last taken. Reading or changing
 * one entity costs the same however many there are.
 */
export class Timeline implements TimelineView {
  /** The ordinal of the last event that the timeline contains. */
  cursor: bigint;
  readonly #registry: SchemaRegistry;
  readonly #kinds = new Map<string, Map<string, Entry>>();
  readonly #changed = new Set<Entry>();
  /** What projections are given: reads, and nothing else. */
  readonly view: TimelineView = {
    get: (entity, id) => this.get(entity, id),
    list: (entity) => this.list(entity),
  };

  /**
   * Entities of kinds that are not registered (any more) stay in the store but
   * cannot be read.
   */
  constructor(registry: SchemaRegistry, cursor = 0n, entities: readonly StoredEntity[] = []) {
    this.#registry = registry;
    this.cursor = cursor;
    this.merge(entities, cursor);
  }

  /**
   * Takes over the states that entities came to elsewhere, tombstones among them,
   * and moves the cursor there. They do not count as changed.
   */
  merge(entities: readonly StoredEntity[], cursor: bigint): void {
    for (const { kind, id, createdOrdinal, lastEventOrdinal, type, payload } of entities) {
      if (payload === undefined) {
        this.#kinds.get(kind)?.delete(id);
      } else if (this.#registry.hasTimelineEntity(kind)) {
        const desc = this.#registry.timelineEntity(kind);
        const loaded = { type, payload };
        this.#ofKind(kind).set(id, { desc, kind, id, createdOrdinal, lastEventOrdinal, payload: undefined, loaded });
      }
    }
    this.cursor = cursor;
  }

  /** Whether there is such an entity. */
  has(kind: string, id: string): boolean {
    const entry = this.#kinds.get(kind)?.get(id);
    return entry !== undefined && isAlive(entry);
  }

  get<D extends DescTimelineEntity>(entity: D, id: IdOf<D>): Payload<D["schema"]> | undefined {
    const entry = this.#kinds.get(entity.name)?.get(String(id));
    return entry && (read(entry) as Payload<D["schema"]> | undefined);
  }

  list<D extends DescTimelineEntity>(entity: D): Payload<D["schema"]>[] {
    const entries = [...(this.#kinds.get(entity.name)?.values() ?? [])].filter(isAlive).sort(compareEntities);
    return entries.map((entry) => read(entry) as Payload<D["schema"]>);
  }

  /** All entities in the order of a snapshot. */
  entities(): TimelineEntity[] {
    return this.#alive()
      .sort(compareEntities)
      .map((entry) => ({
        kind: entry.kind,
        id: entry.id,
        createdOrdinal: entry.createdOrdinal,
        lastEventOrdinal: entry.lastEventOrdinal,
        payload: read(entry) as Payload<DescTimelineEntity["schema"]>,
      }));
  }

  /** All entities, for a store that is to have these and no others. */
  stored(): StoredEntity[] {
    return this.#alive().map(toStored);
  }

  /** Applies what the event at the ordinal changes and moves the cursor there. */
  apply(changes: readonly TimelineChange[], ordinal: bigint): void {
    for (const { entity, id, payload } of changes) {
      const kind = this.#ofKind(entity.name);
      let entry = kind.get(id);
      if (entry === undefined) {
        if (payload === undefined) continue;
        entry = {
          desc: entity,
          kind: entity.name,
          id,
          createdOrdinal: ordinal,
          lastEventOrdinal: ordinal,
          payload,
          loaded: undefined,
        };
        kind.set(id, entry);
      } else {
        if (!isAlive(entry)) entry.createdOrdinal = ordinal;
        entry.lastEventOrdinal = ordinal;
        entry.payload = payload;
        entry.loaded = undefined;
      }
      this.#changed.add(entry);
    }
    this.cursor = ordinal;
  }

  /**
   * The last state of each entity that changed since the last call, for the
   * store. Tombstones leave the memory with it.
   */
  takeChanges(): StoredEntity[] {
    const changes: StoredEntity[] = [];
    for (const entry of this.#changed) {
      changes.push(toStored(entry));
      if (!isAlive(entry)) this.#kinds.get(entry.kind)?.delete(entry.id);
    }
    this.#changed.clear();
    return changes;
  }

  /** Forgets what changed, where it is not for the store or was stored whole. Tombstones leave the memory with it. */
  dropChanges(): void {
    for (const entry of this.#changed) {
      if (!isAlive(entry)) this.#kinds.get(entry.kind)?.delete(entry.id);
    }
    this.#changed.clear();
  }

  #alive(): Entry[] {
    return [...this.#kinds.values()].flatMap((kind) => [...kind.values()]).filter(isAlive);
  }

  #ofKind(name: string): Map<string, Entry> {
    let kind = this.#kinds.get(name);
    if (kind === undefined) {
      kind = new Map();
      this.#kinds.set(name, kind);
    }
    return kind;
  }
}

function isAlive(entry: Entry): boolean {
  return entry.payload !== undefined || entry.loaded !== undefined;
}

function read(entry: Entry): Payload<DescTimelineEntity["schema"]> | undefined {
  if (entry.loaded !== undefined) {
    entry.payload = decode(entry, entry.loaded);
    entry.loaded = undefined;
  }
  return entry.payload;
}

function decode({ desc, kind, id }: Entry, { type, payload }: Loaded): Payload<DescTimelineEntity["schema"]> {
  const { schema } = desc;
  const what = `timeline entity "${kind}" with id "${id}"`;
  if (type !== schema.typeName) {
    throw new SessionstreamError(
      "PAYLOAD_TYPE_MISMATCH",
      `${what} payload type mismatch: got ${type} want ${schema.typeName}`,
      { name: kind },
    );
  }
  try {
    return fromBinary(schema, payload);
  } catch (thrown) {
    throw new SessionstreamError("INVALID_PAYLOAD", `${what} cannot be decoded as ${schema.typeName}`, {
      name: kind,
      cause: thrown,
    });
  }
}

function toStored(entry: Entry): StoredEntity {
  const { desc, kind, id, createdOrdinal, lastEventOrdinal } = entry;
  const payload = read(entry);
  return {
    kind,
    id,
    createdOrdinal,
    lastEventOrdinal,
    type: desc.schema.typeName,
    payload: payload && toBinary(desc.schema, payload),
  };
}
