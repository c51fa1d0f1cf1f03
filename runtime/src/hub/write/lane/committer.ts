import type { SessionBatch } from "../../../store/batch.js";
import type { Store } from "../../../store/store.js";
import { toStoreError } from "../../../store/store-error.js";

/** What has something to commit. */
export interface Committing {
  /** What is to be committed now, or undefined where there is nothing. To throw refuses it. */
  takeBatch(): SessionBatch | undefined;
  /** Told the outcome of the batch that was taken: undefined when it is durable. */
  settle(outcome: Error | undefined): void;
}

/**
 * Group commit: what all sessions publish in one turn of the event loop goes to
 * the store in one call, and what comes in meanwhile in the next.
 */
export class Committer {
  readonly #store: Store;
  #waiting = new Set<Committing>();
  #running = false;
  #idle: (() => void)[] = [];

  constructor(store: Store) {
    this.#store = store;
  }

  schedule(lane: Committing): void {
    this.#waiting.add(lane);
    if (this.#running) return;
    this.#running = true;
    setImmediate(() => void this.#run());
  }

  /** Resolves when nothing is left to commit. */
  async idle(): Promise<void> {
    if (this.#running) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  async #run(): Promise<void> {
    const lanes = this.#waiting;
    this.#waiting = new Set();
    const taken: { lane: Committing; batch: SessionBatch }[] = [];
    for (const lane of lanes) {
      try {
        const batch = lane.takeBatch();
        if (batch !== undefined) taken.push({ lane, batch });
      } catch (thrown) {
        // A batch that cannot be encoded is its own session's trouble.
        lane.settle(toStoreError(thrown));
      }
    }
    if (taken.length > 0) {
      const outcomes = await this.#commit(taken.map(({ batch }) => batch));
      taken.forEach(({ lane }, index) => {
        lane.settle(outcomes[index]);
      });
    }
    // Whoever waited for a commit gets to publish again before the next begins.
    setImmediate(() => {
      if (this.#waiting.size > 0) {
        void this.#run();
        return;
      }
      this.#running = false;
      for (const resolve of this.#idle.splice(0)) resolve();
    });
  }

  async #commit(batches: readonly SessionBatch[]): Promise<readonly (Error | undefined)[]> {
    try {
      const outcomes = await this.#store.commit(batches);
      if (outcomes.length === batches.length) return outcomes;
      throw new Error(`it told ${outcomes.length} outcomes of ${batches.length} batches`);
    } catch (thrown) {
      const error = toStoreError(thrown);
      return batches.map(() => error);
    }
  }
}
