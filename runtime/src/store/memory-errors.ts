import type { EventSpan } from "./batch.js";
import { defaultLimit, type ErrorRange } from "./store.js";
import type { RecordedStep, StoredError } from "./stored.js";

/** The failures on record of a session in memory. */
export class MemoryErrors {
  readonly #errors = new Map<string, StoredError>();

  /** Adds failures, each in place of the one of the same event and step. */
  add(errors: readonly StoredError[]): void {
    for (const error of errors) this.#errors.set(`${error.ordinal} ${error.step}`, error);
  }

  /** Deletes those of some steps of a span of events. */
  delete({ after, to }: EventSpan, steps: readonly RecordedStep[]): void {
    for (const [key, { ordinal, step }] of this.#errors) {
      if (ordinal > after && ordinal <= to && steps.includes(step)) this.#errors.delete(key);
    }
  }

  list({ after = 0n, limit = defaultLimit }: ErrorRange = {}): readonly StoredError[] {
    const above = this.all().filter(({ ordinal }) => ordinal > after);
    const ordinals = new Set([...new Set(above.map(({ ordinal }) => ordinal))].slice(0, limit));
    return above.filter(({ ordinal }) => ordinals.has(ordinal));
  }

  /** All, in order. */
  all(): readonly StoredError[] {
    return [...this.#errors.values()].sort((a, b) =>
      a.ordinal === b.ordinal ? (a.step < b.step ? -1 : 1) : a.ordinal < b.ordinal ? -1 : 1,
    );
  }
}
