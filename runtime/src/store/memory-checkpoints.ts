import { type NewCheckpoint, PastEntities, type StoredPast, writtenCheckpoint } from "./checkpoint.js";
import { sizeOf } from "./row-size.js";
import type { Checkpoint, StoredEntity } from "./stored.js";

/** The checkpoints of a session in a store in memory. */
export class MemoryCheckpoints {
  /** By their ordinals. */
  readonly #all: { readonly checkpoint: Checkpoint; readonly entities: readonly StoredEntity[] }[] = [];

  /** The newest, at or below an ordinal if one is given. */
  newest(ordinal?: bigint): Checkpoint | undefined {
    return this.#all.findLast(({ checkpoint }) => ordinal === undefined || checkpoint.ordinal <= ordinal)?.checkpoint;
  }

  /** Whether the next one below is the one that its maker knows. */
  fits({ ordinal, after }: NewCheckpoint): boolean {
    return (this.newest(ordinal)?.ordinal ?? 0n) === after;
  }

  /** Adds it if it fits. Returns the newest at or below its ordinal. */
  add(given: NewCheckpoint, entities: readonly StoredEntity[]): Checkpoint | undefined {
    const below = this.newest(given.ordinal);
    if (!this.fits(given)) return below;
    const checkpoint = writtenCheckpoint(given, sizeOf(entities), below);
    const at = this.#all.findLastIndex(({ checkpoint: { ordinal } }) => ordinal < given.ordinal) + 1;
    this.#all.splice(at, 0, { checkpoint, entities });
    return checkpoint;
  }

  read(ordinal: bigint): StoredPast | undefined {
    const checkpoint = this.newest(ordinal);
    if (checkpoint === undefined) return undefined;
    const past = new PastEntities();
    for (const { checkpoint: each, entities } of this.#all) {
      if (each.ordinal < checkpoint.base || each.ordinal > checkpoint.ordinal) continue;
      for (const entity of entities) past.add(entity);
    }
    return { checkpoint, entities: past.all };
  }
}
