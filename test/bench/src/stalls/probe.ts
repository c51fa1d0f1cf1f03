import { setTimeout } from "node:timers/promises";

/** How often a probe acts, in milliseconds. */
const interval = 5;

/**
 * Does something small again and again, as one of many users of a server would, and notes how long
 * it took: from when it was due, so that all who would have come while it waits are counted.
 */
export class Probe {
  readonly #act: () => Promise<unknown>;
  #waits: number[] = [];
  #due = 0;
  /** Counts up with each phase, so that what is left of an earlier one does not count. */
  #phase = 0;
  #failure: unknown;

  constructor(act: () => Promise<unknown>) {
    this.#act = act;
  }

  begin(): void {
    this.#waits = [];
    this.#due = performance.now();
    void this.#run(++this.#phase);
  }

  /**
   * The waits since `begin`, in milliseconds. Those that are not over count with what they have
   * waited so far.
   * @throws what the act threw.
   */
  end(): readonly number[] {
    this.#phase++;
    if (this.#failure !== undefined) throw this.#failure;
    const now = performance.now();
    for (let due = this.#due; due <= now; due += interval) this.#waits.push(now - due);
    return this.#waits;
  }

  async #run(phase: number): Promise<void> {
    try {
      while (phase === this.#phase) {
        const early = this.#due - performance.now();
        if (early > 0) await setTimeout(early);
        if (phase !== this.#phase) return;
        await this.#act();
        if (phase !== this.#phase) return;
        this.#waits.push(performance.now() - this.#due);
        this.#due += interval;
      }
    } catch (thrown) {
      this.#failure ??= thrown;
    }
  }
}
