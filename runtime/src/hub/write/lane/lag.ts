import type { SessionBatch } from "../../../store/batch.js";
import { sizeOf } from "../../../store/row-size.js";
import type { StoredEvent } from "../../../store/stored.js";

/** So many bytes of events come before entities are written, however small these are. */
const leastTail = 16_384;

/** Beyond so many events, entities are written in any case, so that a session is loaded fast. */
const longestTail = 1000;

/**
 * How far the stored entities of a session lag behind its log, and when they are to be
 * written: once the events since have paid for what was written last. So the entities that
 * are written are, all in all, never more than the events, however large an entity grows.
 */
export class Lag {
  #bytes: number;
  #events = 0;
  /** The size of the entities that were written last. */
  #lastWritten = 0;
  #isOurs = false;
  #isWanted = false;

  /** Where the stored entities lag as they are loaded, they are due: it is not known for how long. */
  constructor(isBehind: boolean) {
    this.#bytes = isBehind ? Number.POSITIVE_INFINITY : 0;
  }

  /** Whether this process committed the last of the events, so that nobody else will write what follows from them. */
  get isOurs(): boolean {
    return this.#isOurs;
  }

  /** Whether another process cannot go on without the entities. */
  get isWanted(): boolean {
    return this.#isWanted;
  }

  /** Another process failed to fold an event that was folded here, and is given the entities as soon as can be. */
  want(): void {
    this.#isWanted = true;
  }

  /** Whether the entities are to be written with these events. */
  isDueWith(events: readonly StoredEvent[]): boolean {
    if (this.#isWanted) return true;
    const bytes = this.#bytes + sizeOf(events);
    return bytes >= Math.max(leastTail, this.#lastWritten) || this.#events + events.length >= longestTail;
  }

  /** A batch of this process is durable, with the entities or without them. */
  committed({ events, runs, entities }: SessionBatch, isWritten: boolean): void {
    // With nothing else in it, it was made to write what there was, and there may have been nothing.
    if (isWritten || events.length + runs.length === 0) {
      this.caughtUp();
      // Where nothing was to be written, what was written before is still to be paid for.
      if (entities.length > 0) this.#lastWritten = sizeOf(entities);
    } else if (events.length > 0) {
      this.#add(events);
      this.#isOurs = true;
    }
  }

  /** Another process has committed an event. */
  followed(event: StoredEvent): void {
    this.#add([event]);
    this.#isOurs = false;
  }

  /** The entities cannot be written. It is tried again when they are due the next time. */
  postponed(): void {
    this.caughtUp();
  }

  /** The stored entities are those of the whole log. */
  caughtUp(): void {
    this.#bytes = 0;
    this.#events = 0;
    this.#isOurs = false;
    this.#isWanted = false;
  }

  #add(events: readonly StoredEvent[]): void {
    this.#bytes += sizeOf(events);
    this.#events += events.length;
  }
}
