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
 * What a group has at most, but for its last batch. More would hold the event loop, and let
 * whoever comes next wait. Less would wait for the disk more often.
 */
const most = { batches: 256, events: 512, bytes: 2 ** 20 };

/**
 * Group commit: what sessions publish in one turn of the event loop goes to the store in one
 * call, and what comes in meanwhile in the next. Where there is more than a group has room
 * for, those who came last take turns with those who have waited longest: who has just
 * arrived does not wait for all the others, and nobody waits for ever.
 */
export class Committer {
  readonly #store: Store;
  readonly #waiting = new Waiting();
  /** Of those who come while a group is taken: none is twice in it. */
  #later: Set<Committing> | undefined;
  #running = false;
  #idle: (() => void)[] = [];

  constructor(store: Store) {
    this.#store = store;
  }

  schedule(lane: Committing): void {
    (this.#later ?? this.#waiting).add(lane);
    if (this.#running) return;
    this.#running = true;
    setImmediate(() => void this.#run());
  }

  /** Resolves when nothing is left to commit. */
  async idle(): Promise<void> {
    if (this.#running) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  async #run(): Promise<void> {
    const taken = this.#takeGroup();
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

  #takeGroup(): TakenBatch[] {
    const taken: TakenBatch[] = [];
    const later = new Set<Committing>();
    this.#later = later;
    let [events, bytes] = [0, 0];
    while (taken.length < most.batches && events < most.events && bytes < most.bytes) {
      const lane = taken.length % 2 === 0 ? this.#waiting.takeFirst() : this.#waiting.takeLast();
      if (lane === undefined) break;
      try {
        const batch = lane.takeBatch();
        if (batch === undefined) continue;
        taken.push({ lane, batch });
        events += batch.events.length;
        bytes += bytesOf(batch);
      } catch (thrown) {
        // A batch that cannot be encoded is its own session's trouble.
        lane.settle(toStoreError(thrown));
      }
    }
    this.#later = undefined;
    for (const lane of later) this.#waiting.add(lane);
    return taken;
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

interface TakenBatch {
  readonly lane: Committing;
  readonly batch: SessionBatch;
}

function bytesOf({ events, entities }: SessionBatch): number {
  let bytes = 0;
  for (const { payload } of events) bytes += payload.length;
  for (const { payload } of entities) bytes += payload?.length ?? 0;
  return bytes;
}

/** Where somebody always waits, the places of so many that were taken are kept. */
const mostTaken = 1024;

/** Those who wait, each once, to be taken from both ends. */
class Waiting {
  readonly #all = new Set<Committing>();
  /** Undefined where one was taken. */
  #order: (Committing | undefined)[] = [];
  #first = 0;

  get size(): number {
    return this.#all.size;
  }

  add(lane: Committing): void {
    if (this.#all.has(lane)) return;
    this.#all.add(lane);
    this.#order.push(lane);
  }

  takeFirst(): Committing | undefined {
    if (this.#first === this.#order.length) return undefined;
    const lane = this.#order[this.#first];
    this.#order[this.#first++] = undefined;
    if (this.#first > mostTaken && this.#first * 2 > this.#order.length) {
      this.#order.splice(0, this.#first);
      this.#first = 0;
    }
    return this.#taken(lane);
  }

  takeLast(): Committing | undefined {
    return this.#first === this.#order.length ? undefined : this.#taken(this.#order.pop());
  }

  #taken(lane: Committing | undefined): Committing | undefined {
    if (lane !== undefined) this.#all.delete(lane);
    if (this.#first === this.#order.length) {
      this.#order = [];
      this.#first = 0;
    }
    return lane;
  }
}
