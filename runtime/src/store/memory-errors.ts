import type { EventSpan } from "./batch.js";
import { firstAbove } from "./first-above.js";
import { defaultLimit, type ErrorRange } from "./store.js";
import type { RecordedStep, StoredError } from "./stored.js";

/** The failures on record of a session in memory. */
export class MemoryErrors {
  /** By event, each list in the order of the steps. */
  readonly #byEvent = new Map<bigint, readonly StoredError[]>();
  /** The events that have any, rising. Undefined where they are to be put in order. */
  #ordinals: readonly bigint[] | undefined = [];

  /** Adds failures, each in place of the one of the same event and step. */
  add(errors: readonly StoredError[]): void {
    for (const error of errors) {
      const others = this.#of(error.ordinal).filter(({ step }) => step !== error.step);
      this.#set(
        error.ordinal,
        [...others, error].sort((a, b) => (a.step < b.step ? -1 : 1)),
      );
    }
  }

  /** Deletes those of some steps of a span of events. */
  delete({ after, to }: EventSpan, steps: readonly RecordedStep[]): void {
    for (const ordinal of this.#after(after)) {
      if (ordinal > to) break;
      this.#set(
        ordinal,
        this.#of(ordinal).filter(({ step }) => !steps.includes(step)),
      );
    }
  }

  list({ after = 0n, limit = defaultLimit }: ErrorRange = {}): readonly StoredError[] {
    const found: StoredError[] = [];
    let events = 0;
    for (const ordinal of this.#after(after)) {
      if (++events > limit) break;
      found.push(...this.#of(ordinal));
    }
    return found;
  }

  /** All, in order. */
  all(): readonly StoredError[] {
    return this.list({ limit: Number.POSITIVE_INFINITY });
  }

  #of(ordinal: bigint): readonly StoredError[] {
    return this.#byEvent.get(ordinal) ?? [];
  }

  #set(ordinal: bigint, errors: readonly StoredError[]): void {
    if (errors.length === 0 ? this.#byEvent.delete(ordinal) : !this.#byEvent.has(ordinal)) this.#ordinals = undefined;
    if (errors.length > 0) this.#byEvent.set(ordinal, errors);
  }

  /** The events above an ordinal that have any, in order. */
  *#after(ordinal: bigint): Generator<bigint> {
    this.#ordinals ??= [...this.#byEvent.keys()].sort((a, b) => (a < b ? -1 : 1));
    const ordinals = this.#ordinals;
    const first = firstAbove(ordinals, ordinal, (each) => each);
    for (let at = first; at < ordinals.length; at++) yield ordinals[at] as bigint;
  }
}
