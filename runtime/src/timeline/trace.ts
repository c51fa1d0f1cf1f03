import { entityKey } from "../store/entity-key.js";
import { type Entry, isAlive, type Slot } from "./entry.js";

/** Which entities of a timeline changed after an ordinal, so that what changed is known without looking at all. */
export class Trace {
  #after: bigint;
  readonly #slots = new Set<Slot>();

  constructor(after: bigint) {
    this.#after = after;
  }

  /** Of how many entities it knows, about. */
  get size(): number {
    return this.#slots.size;
  }

  add(slot: Slot): void {
    this.#slots.add(slot);
  }

  /** Of an entity that was never there. */
  remove(slot: Slot): void {
    this.#slots.delete(slot);
  }

  /**
   * What changed after an ordinal, tombstones among it, as `entryOf` has it: undefined for what is not there yet.
   * Undefined if that began before the trace.
   */
  changedAfter(ordinal: bigint, entryOf: (slot: Slot) => Entry | undefined): Entry[] | undefined {
    if (ordinal < this.#after) return undefined;
    const changed = new Map<string, Entry>();
    for (const slot of this.#slots) {
      const entry = entryOf(slot);
      if (entry === undefined || entry.lastEventOrdinal <= ordinal) continue;
      // What was deleted and then began anew has a slot for each.
      const key = entityKey(entry);
      const other = changed.get(key);
      if (other === undefined || isNewer(entry, other)) changed.set(key, entry);
    }
    return [...changed.values()];
  }

  /** Forgets what changed up to an ordinal only. */
  moveTo(ordinal: bigint): void {
    if (ordinal <= this.#after) return;
    this.#after = ordinal;
    for (const slot of this.#slots) if (slot.entry.lastEventOrdinal <= ordinal) this.#slots.delete(slot);
  }
}

function isNewer(a: Entry, b: Entry): boolean {
  return a.lastEventOrdinal > b.lastEventOrdinal || (a.lastEventOrdinal === b.lastEventOrdinal && isAlive(a));
}
