import { entityKey } from "./entity-key.js";
import { mostTombstones, tombstonesAtOnce } from "./rules.js";
import type { StoredEntity } from "./stored.js";

/** The entities of a session in memory, with tombstones of those that were deleted lately. */
export class MemoryEntities {
  readonly #all = new Map<string, StoredEntity>();
  readonly #dead = new Map<string, StoredEntity>();
  /** Tombstones of events up to this ordinal may be gone. */
  #floor = 0n;

  put(entities: readonly StoredEntity[]): void {
    for (const entity of entities) {
      const key = entityKey(entity);
      this.#all.set(key, entity);
      if (entity.payload === undefined) this.#dead.set(key, entity);
      else this.#dead.delete(key);
    }
    const hasDied = entities.some(({ payload }) => payload === undefined);
    if (hasDied && this.#dead.size > mostTombstones) this.#deleteOldest();
  }

  /** Others take their place, without tombstones of events up to an ordinal. */
  clear(ordinal: bigint): void {
    this.#all.clear();
    this.#dead.clear();
    this.#raiseFloor(ordinal);
  }

  living(): StoredEntity[] {
    return [...this.#all.values()].filter(({ payload }) => payload !== undefined);
  }

  /** Those of events above an ordinal. Undefined if some may be gone. */
  tombstones(after: bigint): readonly StoredEntity[] | undefined {
    if (after < this.#floor) return undefined;
    return [...this.#dead.values()].filter(({ lastEventOrdinal }) => lastEventOrdinal > after);
  }

  #deleteOldest(): void {
    const oldest = [...this.#dead].sort(([, a], [, b]) => (a.lastEventOrdinal < b.lastEventOrdinal ? -1 : 1));
    for (const [key, { lastEventOrdinal }] of oldest.slice(0, tombstonesAtOnce)) {
      this.#all.delete(key);
      this.#dead.delete(key);
      this.#raiseFloor(lastEventOrdinal);
    }
  }

  #raiseFloor(ordinal: bigint): void {
    if (ordinal > this.#floor) this.#floor = ordinal;
  }
}
