import type { Feature } from "../../../hub/feature/feature.js";
import { Hub } from "../../../hub/hub.js";
import type { HubOptions } from "../../../hub/options.js";
import type { UiBatch } from "../../../session/ui-batch.js";
import type { SessionBatch } from "../../../store/batch.js";
import type { Store } from "../../../store/store.js";
import type { Await, Strike } from "./crash.js";
import { CutStore } from "./cut-store.js";
import type { EffectCall } from "./effect-call.js";

/** What a process of a test needs, and what hears of what it does. */
export interface ProcessHost {
  readonly sessionId: string;
  /** Whether the process dies at an await of a run. */
  strikes(made: Await): Strike | undefined;
  committed(batch: SessionBatch): void;
  /** A function with an effect outside is called. */
  did(call: EffectCall): void;
  /** UI events of the session were fanned out. */
  told(batch: UiBatch): void;
  /** An event of the session was. */
  published(name: string, ordinal: bigint): void;
  /** The clock, in milliseconds since the Unix epoch. */
  now(): number;
}

type ProcessOptions = Omit<HubOptions, "features" | "store" | "observer"> & Required<Pick<HubOptions, "onError">>;

/** A wait of a run. */
export interface Wait {
  readonly sessionId: string;
  /** Whether what it waits for is there, so that the run is about to go on. */
  isDue(): Promise<boolean>;
}

/** Nobody hears any more of what a dead process does. */
function never(): Promise<never> {
  return new Promise(() => {});
}

/** A process of a test: a hub that can die at any moment. */
export class TestProcess {
  readonly hub: Hub;
  /** Changes with all that runs do. */
  activity = 0;
  readonly waits = new Set<Wait>();
  readonly #host: ProcessHost;
  readonly #store: CutStore;
  /** Of handlers, runs and background work. */
  readonly #signals = new Set<AbortController>();
  #isDead = false;
  #die = () => {};
  /** Resolves when it dies. */
  readonly died = new Promise<void>((resolve) => {
    this.#die = resolve;
  });

  constructor(
    featuresOf: (process: TestProcess) => readonly Feature[],
    store: Store,
    options: ProcessOptions,
    host: ProcessHost,
  ) {
    this.#host = host;
    this.#store = new CutStore(store, (batch) => {
      this.activity++;
      host.committed(batch);
    });
    const { sessionId } = host;
    this.hub = new Hub({
      ...options,
      features: featuresOf(this),
      store: this.#store.store,
      onError: (report) => {
        if (!this.#isDead) options.onError(report);
      },
      observer: ({ step, name, ordinal, sessionId: id }) => {
        if (this.#isDead || step !== "fanout" || id !== sessionId || ordinal === undefined) return;
        host.published(name, ordinal);
      },
    });
    this.hub.subscribe((batch) => {
      if (!this.#isDead && batch.sessionId === sessionId) host.told(batch);
    });
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  now(): number {
    return this.#host.now();
  }

  did(call: EffectCall): void {
    this.#host.did(call);
  }

  /** Whether a run has ended. */
  async hasEnded(sessionId: string, id: string): Promise<boolean> {
    const run = await this.#store.store.run({ sessionId, id });
    return run?.ended !== undefined;
  }

  /** What it calls itself in the store. */
  get names(): ReadonlySet<string> {
    return this.#store.names;
  }

  /** The process is gone, as after `kill -9`: nothing that it still does counts, and none of its functions goes on. */
  die(): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.#store.cut();
    this.#die();
    // Its timers end. Whoever calls this is in the middle of something.
    setImmediate(() => void this.hub.close({ abort: true, grace: 0 }).catch(() => {}));
  }

  /** Resolves when what was under way when it died has had its effect, or has none. The store hears that it is dead. */
  async bury(): Promise<void> {
    await this.#store.settled();
    await this.#store.bury();
  }

  /** Aborts all that still goes on. What a dead process left is free for whoever uses the store next. */
  async end(): Promise<void> {
    if (this.#isDead) await this.#store.release();
    else await this.hub.close({ abort: true, grace: 0 });
    for (const signal of this.#signals) signal.abort(new Error("the test is over"));
  }

  /**
   * Does what answers with a promise, at which the process can die. Then the promise never settles.
   * `made` is undefined for what is not of a run: there, no crash is counted.
   */
  awaiting<T>(made: Await | undefined, act: () => T): T {
    if (this.#isDead) return never() as T;
    const strike = made && this.#host.strikes(made);
    if (strike?.side === "before" && strike.lands()) {
      this.die();
      return never() as T;
    }
    this.activity++;
    const over = () => {
      this.activity++;
      if (!this.#isDead && strike?.side === "after" && strike.lands()) this.die();
    };
    const answer = act();
    if (!(answer instanceof Promise)) {
      over();
      return answer;
    }
    return answer.then(
      (value: unknown) => {
        over();
        return this.#isDead ? never() : value;
      },
      (error: unknown) => {
        over();
        return this.#isDead ? never() : Promise.reject(error);
      },
    ) as T;
  }

  /** A signal that is aborted like another one, unless the process is dead. */
  follow(signal: AbortSignal): AbortSignal {
    const own = new AbortController();
    const pass = () => {
      if (!this.#isDead) own.abort(signal.reason);
    };
    if (signal.aborted) pass();
    signal.addEventListener("abort", pass, { once: true });
    this.#signals.add(own);
    return own.signal;
  }
}
