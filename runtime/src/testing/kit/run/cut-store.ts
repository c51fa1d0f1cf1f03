import type { SessionBatch } from "../../../store/batch.js";
import type { MoveListener, Store } from "../../../store/store.js";

/** The store as one process of a test sees it. Once it is cut off, nothing that the process still does gets there. */
export class CutStore {
  readonly store: Store;
  /** What the process calls itself in the store. */
  readonly names = new Set<string>();
  readonly #inner: Store;
  readonly #onCommit: (batch: SessionBatch) => void;
  readonly #pending = new Set<Promise<unknown>>();
  readonly #watches = new Set<() => void>();
  #isCut = false;

  /** `onCommit` is told what the process committed. */
  constructor(inner: Store, onCommit: (batch: SessionBatch) => void) {
    this.#inner = inner;
    this.#onCommit = onCommit;
    const own: Partial<Store> = {
      commit: (batches) => this.#commit(batches),
      claim: (claims) => {
        for (const { process } of claims) this.names.add(process);
        return inner.claim(claims);
      },
      watch: (listener) => this.#watch(listener),
      // It is the test's.
      close: async () => {},
    };
    this.store = new Proxy(inner, {
      get: (target, name) => {
        const member: unknown = Reflect.get(own, name) ?? Reflect.get(target, name, target);
        if (typeof member !== "function") return member;
        return (...args: readonly unknown[]) => this.#call(name, () => Reflect.apply(member, target, args));
      },
    });
  }

  cut(): void {
    this.#isCut = true;
    for (const end of this.#watches) end();
  }

  /** Resolves when what was under way has had its effect, or has none. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#pending);
  }

  /** Says at once that the process is dead, instead of after a lease. */
  async bury(): Promise<void> {
    for (const name of this.names) await this.#inner.leave(name);
  }

  /** Gives up what the process had. */
  async release(): Promise<void> {
    await this.settled();
    for (const name of this.names) {
      // A store that fails is the test's own.
      await this.#inner.releaseRuns(name).catch(() => {});
      await this.#inner.leave(name).catch(() => {});
    }
  }

  #call(name: PropertyKey, call: () => unknown): unknown {
    if (this.#isCut) return name === "watch" ? () => {} : refused();
    const answer = call();
    if (answer instanceof Promise) {
      this.#pending.add(answer);
      const done = () => this.#pending.delete(answer);
      answer.then(done, done);
    }
    return answer;
  }

  async #commit(batches: readonly SessionBatch[]): Promise<readonly (Error | undefined)[]> {
    for (const { run } of batches.flatMap(({ runs }) => runs)) {
      // Of others' runs, it writes the end at most.
      if (run.owner !== undefined && run.ended === undefined) this.names.add(run.owner);
    }
    const outcomes = await this.#inner.commit(batches);
    batches.forEach((batch, index) => {
      if (outcomes[index] === undefined) this.#onCommit(batch);
    });
    return outcomes;
  }

  #watch(listener: MoveListener): () => void {
    const end = this.#inner.watch(listener);
    this.#watches.add(end);
    return () => {
      this.#watches.delete(end);
      end();
    };
  }
}

function refused(): Promise<never> {
  return Promise.reject(new Error("the process is dead"));
}
