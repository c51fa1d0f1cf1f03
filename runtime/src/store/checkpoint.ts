import { entityKey } from "./entity-key.js";
import type { Checkpoint, FoldedUnder, StoredEntity } from "./stored.js";

/** A checkpoint that is to be written. */
export interface NewCheckpoint {
  readonly ordinal: bigint;
  /** Of the timeline that it is of. It ends with that, unless a batch renews the epoch and goes on with the timeline. */
  readonly epoch: string;
  /** The ordinal of the next checkpoint below, as its maker knows. 0 if there is none. */
  readonly after: bigint;
  /** Whether it has all entities. It has if there is none below. */
  readonly isFull: boolean;
  /** What its maker folds timelines under: it is written only of one that is folded so. Undefined where that is not known. */
  readonly foldedUnder?: FoldedUnder;
}

/** What the timeline of a session was at a checkpoint. */
export interface StoredPast {
  readonly checkpoint: Checkpoint;
  /** All entities without tombstones, in no order. */
  readonly entities: readonly StoredEntity[];
}

/** How long nothing more comes of a checkpoint that is being written, before it is taken for abandoned, in milliseconds. */
export const checkpointWrittenWithin = 60_000;

/** A checkpoint that was written, with so many bytes of entities, above another. */
export function writtenCheckpoint(
  { ordinal, isFull }: NewCheckpoint,
  bytes: number,
  below: Checkpoint | undefined,
): Checkpoint {
  if (isFull || below === undefined) return { ordinal, base: ordinal, bytes, baseBytes: bytes, addedBytes: 0 };
  const { base, baseBytes, addedBytes } = below;
  return { ordinal, base, bytes, baseBytes, addedBytes: addedBytes + bytes };
}

/** Gathers what a timeline was at a checkpoint from the entities of its base and of those above, in order. */
export class PastEntities {
  readonly #entities = new Map<string, StoredEntity>();

  add(entity: StoredEntity): void {
    const key = entityKey(entity);
    if (entity.payload === undefined) this.#entities.delete(key);
    else this.#entities.set(key, entity);
  }

  get all(): readonly StoredEntity[] {
    return [...this.#entities.values()];
  }
}
