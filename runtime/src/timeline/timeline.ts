import type { FeatureRegistry } from "../schema/feature-registry.js";
import type { Payload } from "../schema/payload.js";
import type { DescTimelineEntity, IdOf, TimelineChange } from "../schema/timeline-entity.js";
import { compareEntities } from "../store/entity-order.js";
import type { StoredEntity } from "../store/stored.js";
import { type Entry, isAlive, read } from "./entry.js";
import type { TimelineEntity } from "./snapshot.js";
import type { TimelineView } from "./view.js";

/**
 * The timeline of a session in memory: the fold of its log up to a cursor. Reading
 * or changing one entity costs the same however many there are.
 */
export class Timeline implements TimelineView {
  /** The ordinal of the last event that the timeline contains. */
  cursor: bigint;
  readonly #registry: FeatureRegistry;
  readonly #kinds = new Map<string, Map<string, Entry>>();
  /** What projections are given: reads, and nothing else. */
  readonly view: TimelineView = {
    get: (entity, id) => this.get(entity, id),
    list: (entity) => this.list(entity),
  };

  /**
   * Entities of kinds that are not registered (any more) stay in the store but
   * cannot be read.
   */
  constructor(registry: FeatureRegistry, cursor = 0n, entities: readonly StoredEntity[] = []) {
    this.#registry = registry;
    this.cursor = cursor;
    this.merge(entities, cursor);
  }

  /**
   * Takes over the states that entities came to elsewhere, tombstones among them,
   * and moves the cursor there. They do not count as changed.
   */
  merge(entities: readonly StoredEntity[], cursor: bigint): void {
    for (const { kind, id, createdOrdinal, position, lastEventOrdinal, type, payload } of entities) {
      if (payload === undefined) {
        this.#kinds.get(kind)?.delete(id);
      } else if (this.#registry.hasTimelineEntity(kind)) {
        const desc = this.#registry.timelineEntity(kind);
        const loaded = { type, payload };
        const entry = { desc, kind, id, createdOrdinal, position, lastEventOrdinal, payload: undefined, loaded };
        this.#ofKind(kind).set(id, entry);
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
    return this.alive()
      .sort(compareEntities)
      .map((entry) => ({
        kind: entry.kind,
        id: entry.id,
        createdOrdinal: entry.createdOrdinal,
        position: entry.position,
        lastEventOrdinal: entry.lastEventOrdinal,
        payload: read(entry) as Payload<DescTimelineEntity["schema"]>,
      }));
  }

  /** Applies what the event at the ordinal changes and moves the cursor there. */
  apply(changes: readonly TimelineChange[], ordinal: bigint): void {
    let position = -1;
    for (const { entity, id, payload } of changes) {
      position++;
      const kind = this.#ofKind(entity.name);
      let entry = kind.get(id);
      if (entry === undefined) {
        if (payload === undefined) continue;
        entry = {
          desc: entity,
          kind: entity.name,
          id,
          createdOrdinal: ordinal,
          position,
          lastEventOrdinal: ordinal,
          payload,
          loaded: undefined,
        };
        this.changing(entry, true);
        kind.set(id, entry);
      } else {
        this.changing(entry, false);
        if (!isAlive(entry)) {
          entry.createdOrdinal = ordinal;
          entry.position = position;
        }
        entry.lastEventOrdinal = ordinal;
        entry.payload = payload;
        entry.loaded = undefined;
      }
      this.changed(entry);
    }
    this.cursor = ordinal;
  }

  /** Told of each entity that an event is about to change or to make. */
  protected changing(_entry: Entry, _isNew: boolean): void {}

  /** Told of each entity that an event changed: tombstones leave the memory. */
  protected changed(entry: Entry): void {
    if (!isAlive(entry)) this.forget(entry);
  }

  protected forget({ kind, id }: Entry): void {
    this.#kinds.get(kind)?.delete(id);
  }

  protected remember(entry: Entry): void {
    this.#ofKind(entry.kind).set(entry.id, entry);
  }

  protected alive(): Entry[] {
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
