import type { StoredEntity } from "../store/stored.js";
import { type Entry, isAlive, type Slot } from "./entry.js";
import { TimelineImage } from "./image.js";
import { Timeline } from "./timeline.js";
import { Trace } from "./trace.js";

/** A trace of so many entities is kept in any case. */
const leastTrace = 1000;

/** A timeline that can tell what changed after an ordinal, and what of it is durable: what checkpoints are made of. */
export class TracedTimeline extends Timeline {
  #trace: Trace | undefined;

  /**
   * From here on, knows what changes after an ordinal, at or below the cursor. `deleted` has the tombstones above it that
   * left the memory.
   */
  trace(after: bigint, deleted: readonly StoredEntity[] = []): void {
    const trace = new Trace(after);
    this.forEachSlot((slot) => {
      if (slot.entry.lastEventOrdinal > after) trace.add(slot);
    });
    for (const { kind, id, createdOrdinal, position, lastEventOrdinal } of deleted) {
      if (!this.registry.hasTimelineEntity(kind)) continue;
      const desc = this.registry.timelineEntity(kind);
      const at = { createdOrdinal, position, lastEventOrdinal };
      trace.add({ entry: { desc, kind, id, ...at, payload: undefined, loaded: undefined }, bytes: 0 });
    }
    this.#trace = trace;
  }

  /** What changed after an ordinal, tombstones among it, as far as it is durable. Undefined where that is not known. */
  changedAfter(ordinal: bigint): Entry[] | undefined {
    return this.#trace?.changedAfter(ordinal, (slot) => this.durableEntry(slot));
  }

  /** Nobody asks for what changed up to an ordinal any more. */
  traced(ordinal: bigint): void {
    this.#trace?.moveTo(ordinal);
  }

  /** The timeline as far as it is durable. What is done to the timeline later does not change the image. */
  durable(): TimelineImage {
    return new TimelineImage(this.durableCursor, this.#durable());
  }

  /** All entities, as far as they are durable, without tombstones. */
  durableEntries(): Entry[] {
    return this.#durable().filter(isAlive);
  }

  /** The ordinal of the last event that is durable. */
  get durableCursor(): bigint {
    return this.cursor;
  }

  /** Undefined for one that is not there yet. */
  protected durableEntry({ entry }: Slot): Entry | undefined {
    return entry;
  }

  protected override changing(slot: Slot, _isNew: boolean): void {
    if (this.#trace === undefined) return;
    this.#trace.add(slot);
    // With more than all there is, most of them tombstones, it is of no use, and would grow without bounds.
    if (this.#trace.size > leastTrace && this.#trace.size > this.size) this.#trace = undefined;
  }

  protected untrace(slot: Slot): void {
    this.#trace?.remove(slot);
  }

  #durable(): Entry[] {
    const entries: Entry[] = [];
    this.forEachSlot((slot) => {
      const entry = this.durableEntry(slot);
      if (entry !== undefined) entries.push(entry);
    });
    return entries;
  }
}
