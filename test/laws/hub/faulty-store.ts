import { setImmediate } from "node:timers/promises";
import type { Store } from "@sessionstream/runtime";
import type { SessionBatch } from "@sessionstream/runtime/store";
import { wrapStore } from "../../fixtures/stores.js";

/** Lets `count` turns of the event loop pass. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await setImmediate();
}

/** The faults of the stores of one world, and what they made durable. */
export class Faults {
  /** So many of the next commits fail, before anything is written. */
  failingCommits = 0;
  readonly #latency: number;
  readonly #durable = new Map<string, bigint>();

  constructor(latency: number) {
    this.#latency = latency;
  }

  isDurable(session: string, ordinal: bigint): boolean {
    return (this.#durable.get(session) ?? 0n) >= ordinal;
  }

  /** Fails commits when it is told to, and notes what is durable when the store says so. */
  watch(store: Store): Store {
    return wrapStore(store, { commit: (batches) => this.#commit(store, batches) });
  }

  async #commit(store: Store, batches: readonly SessionBatch[]): Promise<readonly (Error | undefined)[]> {
    await turns(this.#latency);
    const fault = this.failingCommits > 0 ? new Error("the disk is on fire") : undefined;
    if (fault !== undefined && this.failingCommits-- % 2 === 0) throw fault;
    // Or only one of the sessions' batches fails.
    const refused = fault === undefined ? [] : batches.slice(0, 1);
    const committed = await store.commit(batches.slice(refused.length));
    const outcomes = [...refused.map(() => fault), ...committed];
    batches.forEach(({ sessionId, events }, index) => {
      const last = events.at(-1)?.ordinal;
      if (last !== undefined && outcomes[index] === undefined) this.#durable.set(sessionId, last);
    });
    return outcomes;
  }
}
