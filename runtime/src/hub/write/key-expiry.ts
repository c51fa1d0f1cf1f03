import type { Store } from "../../store/store.js";

/** How often keys are looked for that are old enough, in milliseconds, while there are new ones. */
const every = 600_000;

/** Deletes idempotency keys when they are old. Where there are no new keys, the old ones are no burden. */
export class KeyExpiry {
  readonly #store: Store;
  readonly #keepFor: number;
  readonly #now: () => number;
  #last = Number.NEGATIVE_INFINITY;

  /** `keepFor` is in milliseconds. */
  constructor(store: Store, keepFor: number, now: () => number) {
    this.#store = store;
    this.#keepFor = keepFor;
    this.#now = now;
  }

  /** A key is used. */
  used(): void {
    const time = performance.now();
    if (time - this.#last < Math.min(every, this.#keepFor)) return;
    this.#last = time;
    // A store that fails tells those who use it. The next time does what this one did not.
    this.#store.forgetKeys(this.#now() - this.#keepFor).catch(() => {});
  }
}
