import type { FeatureRegistry } from "../schema/feature-registry.js";
import type { Payload } from "../schema/payload.js";
import type { DescTimelineEntity, IdOf, TimelineChange } from "../schema/timeline-entity.js";
import type { StoredEntity } from "../store/stored.js";
import { type Entry, inOrder, isAlive, read, type Slot, toEntity } from "./entry.js";
import type { TimelineEntity } from "./snapshot.js";
import type { TimelineView } from "./view.js";

/** About how many bytes an entity takes in memory beside its payload. */
const slotBytes = 300;

/**
 * The timeline of a session in memory: the fold of its log up to a cursor. Reading
 * or changing one entity costs the same however many there are.
 */
export class Timeline implements TimelineView {
  /** The ordinal of the last event that the timeline contains. */
  cursor: bigint;
  protected readonly registry: FeatureRegistry;
  readonly #kinds = new Map<string, Map<string, Slot>>();
  #bytes = 0;
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
    this.registry = registry;
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
        const slot = this.#kinds.get(kind)?.get(id);
        if (slot !== undefined) this.forget(slot);
      } else if (this.registry.hasTimelineEntity(kind)) {
        const desc = this.registry.timelineEntity(kind);
        const loaded = { registry: this.registry, type, payload };
        const entry = { desc, kind, id, createdOrdinal, position, lastEventOrdinal, payload: undefined, loaded };
        this.remember({ entry, bytes: payload.length });
      }
    }
    this.cursor = cursor;
  }

  /** About how many bytes it takes in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether there is such an entity. */
  has(kind: string, id: string): boolean {
    const slot = this.#kinds.get(kind)?.get(id);
    return slot !== undefined && isAlive(slot.entry);
  }

  get<D extends DescTimelineEntity>(entity: D, id: IdOf<D>): Payload<D["schema"]> | undefined {
    const slot = this.#kinds.get(entity.name)?.get(String(id));
    return slot && (read(slot.entry) as Payload<D["schema"]> | undefined);
  }

  list<D extends DescTimelineEntity>(entity: D): Payload<D["schema"]>[] {
    const slots = [...(this.#kinds.get(entity.name)?.values() ?? [])];
    return inOrder(slots.map(({ entry }) => entry)).map((entry) => read(entry) as Payload<D["schema"]>);
  }

  /** All entities in the order of a snapshot. */
  entities(): TimelineEntity[] {
    return inOrder(this.entries()).map(toEntity);
  }

  /** As they are now, in no order, tombstones among them. */
  entries(): Entry[] {
    const entries: Entry[] = [];
    this.forEachSlot(({ entry }) => entries.push(entry));
    return entries;
  }

  /** Applies what the event at the ordinal changes and moves the cursor there. */
  apply(changes: readonly TimelineChange[], ordinal: bigint): void {
    let position = -1;
    for (const { entity, id, payload } of changes) {
      position++;
      const slot = this.#kinds.get(entity.name)?.get(id);
      if (slot === undefined && payload === undefined) continue;
      // What was deleted begins anew.
      const old = slot !== undefined && isAlive(slot.entry) ? slot.entry : undefined;
      const entry: Entry = {
        desc: entity,
        kind: entity.name,
        id,
        createdOrdinal: old?.createdOrdinal ?? ordinal,
        position: old?.position ?? position,
        lastEventOrdinal: ordinal,
        payload: this.registry.freeze(payload),
        loaded: undefined,
      };
      this.#replace(slot, entry);
    }
    this.cursor = ordinal;
  }

  /** Told of each entity that an event is about to change or to make. */
  protected changing(_slot: Slot, _isNew: boolean): void {}

  /** Told of each entity that an event changed: tombstones leave the memory. */
  protected changed(slot: Slot): void {
    if (!isAlive(slot.entry)) this.forget(slot);
  }

  protected forget({ entry: { kind, id } }: Slot): void {
    const ofKind = this.#ofKind(kind);
    const known = ofKind.get(id);
    if (known === undefined) return;
    this.#bytes -= slotBytes + known.bytes;
    ofKind.delete(id);
  }

  protected remember(slot: Slot): void {
    this.forget(slot);
    const { kind, id } = slot.entry;
    this.#bytes += slotBytes + slot.bytes;
    this.#ofKind(kind).set(id, slot);
  }

  /** The payload of an entity has so many bytes. */
  protected weigh(slot: Slot, bytes: number): void {
    this.#bytes += bytes - slot.bytes;
    slot.bytes = bytes;
  }

  /** Of all entities, tombstones among them. */
  protected forEachSlot(visit: (slot: Slot) => void): void {
    for (const kind of this.#kinds.values()) kind.forEach(visit);
  }

  /** How many entities there are, tombstones among them. */
  protected get size(): number {
    let size = 0;
    for (const kind of this.#kinds.values()) size += kind.size;
    return size;
  }

  #replace(slot: Slot | undefined, entry: Entry): void {
    if (slot === undefined) {
      const made = { entry, bytes: 0 };
      this.changing(made, true);
      this.remember(made);
      this.changed(made);
    } else {
      this.changing(slot, false);
      slot.entry = entry;
      this.changed(slot);
    }
  }

  #ofKind(name: string): Map<string, Slot> {
    let kind = this.#kinds.get(name);
    if (kind === undefined) {
      kind = new Map();
      this.#kinds.set(name, kind);
    }
    return kind;
  }
}
