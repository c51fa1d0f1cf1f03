import type { FreeRun } from "../../store/stored-run.js";
import type { SessionHost } from "../write/lane/session-host.js";

/** What taking over needs. */
export interface TakeoverHost {
  /** How many runs can begin at once. */
  room(): number;
  take(run: FreeRun): Promise<void>;
}

/** How often a process looks for runs that nobody works on, in milliseconds, and for dead processes. */
const longestPause = 250;

/** How many runs are remembered that could not be taken. */
const mostFailed = 1000;

/** How often runs are deleted that ended long ago, in milliseconds. */
const forgetEvery = 60_000;

/**
 * Finds runs that no process works on: because their process died, left or had no room. A process is
 * taken for dead when its heart did not beat for the time of a lease, on the clock of this process
 * that nobody can set.
 */
export class Takeover {
  readonly #session: SessionHost;
  readonly #names: readonly string[];
  readonly #keepEnded: number;
  readonly #host: TakeoverHost;
  /** The other processes with runs: how often their hearts beat, and since when no more. */
  #seen = new Map<string, { readonly beat: number; readonly since: number }>();
  /** Runs that could not be taken, and until when they are left alone. */
  readonly #failed = new Map<string, number>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #isLooking = false;
  #isSoon = false;
  #isExpecting = true;
  #forgotten = Number.NEGATIVE_INFINITY;

  constructor(session: SessionHost, names: readonly string[], keepEnded: number, host: TakeoverHost) {
    this.#session = session;
    this.#names = names;
    this.#keepEnded = keepEnded;
    this.#host = host;
    if (names.length === 0) return;
    // It keeps the process alive: others may have runs for it at any time.
    this.#timer = setInterval(() => void this.#look(), Math.min(session.process.lease / 8, longestPause));
  }

  /** A run was started here that this process had no room for. */
  expect(): void {
    this.#isExpecting = true;
  }

  /** There is room again. */
  soon(): void {
    if (!this.#isExpecting || this.#timer === undefined || this.#isSoon) return;
    this.#isSoon = true;
    setImmediate(() => {
      this.#isSoon = false;
      void this.#look();
    });
  }

  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    if (this.#isLooking || this.#timer === undefined) return;
    this.#isLooking = true;
    try {
      await this.#bury();
      await this.#takeFree();
      await this.#forget();
    } catch {
      // A store that fails tells those who use it. The next look sees what this one did not.
    }
    this.#isLooking = false;
  }

  async #bury(): Promise<void> {
    const { store, process } = this.#session;
    // A store may take its time: a heart may have beaten after it was asked, and not after it has answered.
    const now = performance.now();
    const owners = await store.runOwners();
    const answered = performance.now();
    const seen = new Map<string, { readonly beat: number; readonly since: number }>();
    for (const owner of owners) {
      if (owner.process === process.id) continue;
      const before = this.#seen.get(owner.process);
      const since = before?.beat === owner.beat ? before.since : answered;
      seen.set(owner.process, { beat: owner.beat, since });
      if (now - since > process.lease) await store.bury(owner);
    }
    this.#seen = seen;
  }

  async #takeFree(): Promise<void> {
    const { store, now } = this.#session;
    const limit = this.#host.room();
    if (limit === 0) return;
    const found = await store.freeRuns({ names: this.#names, now: now(), limit });
    this.#isExpecting = found.length === limit;
    await Promise.all(found.map((run) => this.#take(run)));
  }

  async #take(run: FreeRun): Promise<void> {
    const { sessionId, id } = run;
    const key = JSON.stringify([sessionId, id]);
    const time = performance.now();
    if ((this.#failed.get(key) ?? 0) > time) return;
    // Who else took it is not told here.
    if (this.#failed.size > mostFailed) this.#failed.clear();
    try {
      await this.#host.take(run);
      this.#failed.delete(key);
    } catch (error) {
      this.#failed.set(key, time + this.#session.process.lease);
      this.#session.report({ step: "run", sessionId, error });
    }
  }

  async #forget(): Promise<void> {
    const { store, now } = this.#session;
    const time = performance.now();
    if (time - this.#forgotten < forgetEvery) return;
    this.#forgotten = time;
    await store.forgetRuns(now() - this.#keepEnded);
  }
}
