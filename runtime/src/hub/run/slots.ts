/** How many runs work at once. Those that wait or sleep give their slot to others. */
export class Slots {
  readonly #onFree: () => void;
  #free: number;
  /** In the order in which they came. */
  readonly #waiting = new Set<() => void>();

  /** `onFree` is called when a slot is free and nobody here wants it. */
  constructor(count: number, onFree: () => void) {
    this.#free = count;
    this.#onFree = onFree;
  }

  /** How many more runs can begin at once. */
  get free(): number {
    return this.#free;
  }

  /** Resolves when there is a slot, to what gives it back. */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else await this.#next(signal);
    let isTaken = true;
    return () => {
      if (isTaken) this.#give();
      isTaken = false;
    };
  }

  #next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        this.#waiting.delete(given);
        reject(signal.reason);
      };
      const given = () => {
        signal.removeEventListener("abort", stop);
        resolve();
      };
      signal.addEventListener("abort", stop, { once: true });
      this.#waiting.add(given);
    });
  }

  #give(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free++;
      this.#onFree();
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}

/** The slot of one attempt: at most one, however many of its waits end at once. */
export class HeldSlot {
  readonly #slots: Slots;
  readonly #signal: AbortSignal;
  #slot: Promise<() => void> | undefined;

  constructor(slots: Slots, signal: AbortSignal) {
    this.#slots = slots;
    this.#signal = signal;
  }

  /** Resolves when it has a slot. Rejects once the signal is aborted. */
  async take(): Promise<void> {
    this.#slot ??= this.#slots.take(this.#signal);
    await this.#slot;
    // It may have got the slot and have been ended in one turn.
    this.#signal.throwIfAborted();
  }

  give(): void {
    this.#slot?.then(
      (give) => give(),
      () => {},
    );
    this.#slot = undefined;
  }
}
