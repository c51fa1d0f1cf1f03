import { sortInTurns } from "../base/sort-in-turns.js";
import { isTurnOver, nextTurn } from "../base/turns.js";
import type { Payload } from "../schema/payload.js";
import type { DescTimelineEntity, IdOf } from "../schema/timeline-entity.js";
import { compareEntities } from "../store/entity-order.js";
import { type Entry, inOrder, isAlive, read, toEntity } from "./entry.js";
import type { TimelineEntity } from "./snapshot.js";
import type { TimelineView } from "./view.js";

/** A timeline at one instant. */
export class TimelineImage implements TimelineView {
  /** The ordinal of the last event that it contains. */
  readonly cursor: bigint;
  readonly #all: readonly Entry[];
  #entities: Promise<readonly TimelineEntity[]> | undefined;
  #kinds: Map<string, Map<string, Entry>> | undefined;

  /** Of all entities, tombstones among them that a store may not have yet. */
  constructor(cursor: bigint, all: readonly Entry[]) {
    this.cursor = cursor;
    this.#all = all;
  }

  /** In the order of a snapshot. The same for all who ask. Throws where an entity cannot be decoded. */
  entities(): Promise<readonly TimelineEntity[]> {
    this.#entities ??= entitiesOf(this.#all);
    return this.#entities;
  }

  get<D extends DescTimelineEntity>(entity: D, id: IdOf<D>): Payload<D["schema"]> | undefined {
    const entry = this.#ofKind(entity.name).get(String(id));
    return entry && (read(entry) as Payload<D["schema"]> | undefined);
  }

  list<D extends DescTimelineEntity>(entity: D): Payload<D["schema"]>[] {
    const entries = [...this.#ofKind(entity.name).values()];
    return inOrder(entries).map((entry) => read(entry) as Payload<D["schema"]>);
  }

  /** What changed above an ordinal, tombstones among them. */
  changedAfter(ordinal: bigint): Entry[] {
    return this.#all.filter(({ lastEventOrdinal }) => lastEventOrdinal > ordinal);
  }

  #ofKind(name: string): ReadonlyMap<string, Entry> {
    if (this.#kinds === undefined) {
      this.#kinds = new Map();
      for (const entry of this.#all) {
        let kind = this.#kinds.get(entry.kind);
        if (kind === undefined) {
          kind = new Map();
          this.#kinds.set(entry.kind, kind);
        }
        kind.set(entry.id, entry);
      }
    }
    return this.#kinds.get(name) ?? nothing;
  }
}

async function entitiesOf(all: readonly Entry[]): Promise<readonly TimelineEntity[]> {
  const entities: TimelineEntity[] = [];
  for (const entry of await sortInTurns(all.filter(isAlive), compareEntities)) {
    if (isTurnOver()) await nextTurn();
    entities.push(toEntity(entry));
  }
  // All who ask are given this one.
  return entities[0] !== undefined && Object.isFrozen(entities[0]) ? Object.freeze(entities) : entities;
}

const nothing: ReadonlyMap<string, Entry> = new Map();
