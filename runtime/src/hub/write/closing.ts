import { SessionstreamError } from "../../base/errors.js";
import { aBoolean, checkOptions, milliseconds } from "../../base/option.js";
import type { Store } from "../../store/store.js";
import type { ActiveSessions } from "./active-sessions.js";
import type { FollowedSessions } from "./followed-sessions.js";
import type { Process } from "./lane/process.js";

/** How a hub is closed. */
export interface CloseOptions {
  /**
   * Aborts the signals of handlers and background work. Without it, the hub waits until they end by
   * themselves. Runs are given up in any case: another process goes on with them.
   */
  readonly abort?: boolean;
  /**
   * The milliseconds that runs have to return, and, with `abort`, handlers and background work to end.
   * What then still goes on is reported to `onError` and left. The default is 5,000.
   */
  readonly grace?: number;
}

/** The runs of a hub that closes. */
interface ClosingRuns {
  close(): Promise<void>;
  returned(): Promise<void>;
  released(): Promise<void>;
  leave(grace: number): void;
}

/** Closes the sessions of a hub, then its store. */
export class Closing {
  readonly #sessions: ActiveSessions;
  readonly #followed: FollowedSessions;
  readonly #runs: ClosingRuns;
  readonly #process: Process;
  readonly #store: Store;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #isSettled = false;
  #done: Promise<void> | undefined;

  constructor(sessions: ActiveSessions, followed: FollowedSessions, runs: ClosingRuns, process: Process, store: Store) {
    this.#sessions = sessions;
    this.#followed = followed;
    this.#runs = runs;
    this.#process = process;
    this.#store = store;
  }

  get hasBegun(): boolean {
    return this.#done !== undefined;
  }

  /** @throws INVALID_OPTION. */
  async close(options: CloseOptions): Promise<void> {
    checkOptions("close", options, { abort: aBoolean, grace: milliseconds(0) });
    const { abort = false, grace = 5_000 } = options;
    if (abort) {
      const reason = new SessionstreamError("CLOSED", "the hub is closing");
      this.#sessions.abort(reason);
      // The process must not end before the store is closed, so this timer holds it.
      if (!this.#isSettled) this.#timers.add(setTimeout(() => this.#sessions.leave(reason, grace), grace));
    }
    this.#done ??= this.#drain(grace);
    return this.#done;
  }

  async #drain(grace: number): Promise<void> {
    // First, so that others can go on with them at once.
    await this.#runs.close();
    this.#timers.add(setTimeout(() => this.#runs.leave(grace), grace));
    await Promise.all([this.#sessions.idle(), this.#runs.returned()]);
    // Otherwise what other processes commit on and on would keep it busy.
    this.#followed.end();
    await this.#sessions.settled();
    await this.#sessions.flush();
    await this.#runs.released();
    this.#isSettled = true;
    for (const timer of this.#timers) clearTimeout(timer);
    // What the store then does not hear of, it finds out by the silence of this process.
    await this.#process.leave().catch(() => {});
    await this.#store.close();
  }
}
