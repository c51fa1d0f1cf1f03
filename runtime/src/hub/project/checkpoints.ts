import { rowOverhead } from "../../store/row-size.js";
import type { Store } from "../../store/store.js";
import type { Checkpoint, FoldedUnder, StoredEvent } from "../../store/stored.js";
import type { Entry } from "../../timeline/entry.js";
import { storedParts } from "../../timeline/stored-parts.js";
import type { TracedTimeline } from "../../timeline/traced-timeline.js";
import { checkpointDistance } from "./checkpoint-distance.js";

/** Where checkpoints go. */
export interface CheckpointTarget {
  readonly store: Store;
  readonly foldedUnder: FoldedUnder;
}

/**
 * Makes checkpoints of a timeline as its log goes on: one is due after so many events, once these have paid for the one
 * before. A full one takes the place of those above the last full one, once they take as much. So all in all, checkpoints
 * take a small multiple of the log, and the last full one at most half of what is read.
 */
export class Checkpoints {
  #last: Checkpoint | undefined;
  /** The events since the last one, or since it was last tried. */
  #events: number;
  /** The bytes of the payloads of events since the last one, as far as they were seen. */
  #bytes = 0;
  #isGoingOn = false;

  /** `events` is the number of events above the last checkpoint. */
  constructor(last: Checkpoint | undefined, events: bigint) {
    this.#last = last;
    this.#events = Number(events);
  }

  /** The log went on. */
  passed({ payload }: StoredEvent): void {
    this.#events++;
    this.#bytes += payload.length;
  }

  get isDue(): boolean {
    if (this.#isGoingOn || this.#events < checkpointDistance) return false;
    // Full ones are paid for by those that came between.
    const { ordinal, base, bytes } = this.#last ?? none;
    return ordinal === base || this.#bytes + rowOverhead * this.#events >= bytes;
  }

  /**
   * Makes one of what is durable of the timeline at this instant. If it fails, it is tried again after as many events.
   * @throws what the store throws, and what keeps an entity from being encoded.
   */
  async make(
    { store, foldedUnder }: CheckpointTarget,
    sessionId: string,
    epoch: string,
    timeline: TracedTimeline,
  ): Promise<void> {
    const ordinal = timeline.durableCursor;
    const { entries, isFull } = this.#take(timeline);
    const after = this.#last?.ordinal ?? 0n;
    this.#isGoingOn = true;
    this.#events = 0;
    const bytes = this.#bytes;
    this.#bytes = 0;
    try {
      const parts = storedParts(entries);
      this.#last = await store.writeCheckpoint(sessionId, { ordinal, epoch, after, isFull, foldedUnder }, parts);
      if (this.#last !== undefined) timeline.traced(this.#last.ordinal);
    } catch (thrown) {
      this.#bytes += bytes;
      throw thrown;
    } finally {
      this.#isGoingOn = false;
    }
  }

  #take(timeline: TracedTimeline): { readonly entries: readonly Entry[]; readonly isFull: boolean } {
    const { ordinal, baseBytes, addedBytes } = this.#last ?? none;
    const changed = ordinal > 0n && addedBytes < baseBytes ? timeline.changedAfter(ordinal) : undefined;
    if (changed !== undefined) return { entries: changed, isFull: false };
    timeline.trace(timeline.durableCursor);
    return { entries: timeline.durableEntries(), isFull: true };
  }
}

const none: Checkpoint = { ordinal: 0n, base: 0n, bytes: 0, baseBytes: 0, addedBytes: 0 };
