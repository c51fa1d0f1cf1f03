import { setTimeout } from "node:timers/promises";

/** How often a probe acts, in milliseconds. */
const interval = 5;

/** What a probe has noted since it began. */
interface Phase {
  readonly waits: number[];
  /** When those were due that go on. */
  readonly pending: Set<number>;
  /** When the next one is due. */
  due: number;
}

/**
 * Does something small every few milliseconds, as one after another of a server's users would, who do not wait for
 * each other, and notes how long each waited: from when it was due, so that a standstill is felt by all who
 * would have come meanwhile.
 */
export class Probe {
  readonly #act: () => Promise<unknown>;
  #phase: Phase | undefined;
  #failure: unknown;

  constructor(act: () => Promise<unknown>) {
    this.#act = act;
  }

  begin(): void {
    this.#phase = { waits: [], pending: new Set(), due: performance.now() };
    void this.#run(this.#phase);
  }

  /**
   * Ends what was begun. Returns the waits since then, in milliseconds. Those that are not over count with what they
   * have waited so far.
   * @throws what an act failed with.
   */
  end(): readonly number[] {
    const phase = this.#phase;
    this.#phase = undefined;
    if (this.#failure !== undefined) throw this.#failure;
    if (phase === undefined) return [];
    const now = performance.now();
    const waits = [...phase.waits];
    for (const due of phase.pending) waits.push(now - due);
    for (let { due } = phase; due <= now; due += interval) waits.push(now - due);
    return waits;
  }

  async #run(phase: Phase): Promise<void> {
    while (phase === this.#phase) {
      for (; phase.due <= performance.now(); phase.due += interval) void this.#one(phase, phase.due);
      await setTimeout(phase.due - performance.now());
    }
  }

  async #one({ pending, waits }: Phase, due: number): Promise<void> {
    pending.add(due);
    try {
      await this.#act();
    } catch (thrown) {
      this.#failure ??= thrown;
    }
    pending.delete(due);
    waits.push(performance.now() - due);
  }
}
