import { SessionstreamError } from "../../base/errors.js";
import { checkOptions, milliseconds } from "../../base/option.js";
import type { RunOptions } from "../feature/command-context.js";

interface Run {
  readonly controller: AbortController;
  /** Resolves when the run ended or was left. */
  readonly done: Promise<void>;
  end(): void;
}

/** The runs of a session: work that goes on after `submit` returned. */
export class Runs {
  readonly #sessionId: string;
  readonly #onError: (id: string, error: unknown) => void;
  readonly #runs = new Map<string, Run>();

  constructor(sessionId: string, onError: (id: string, error: unknown) => void) {
    this.#sessionId = sessionId;
    this.#onError = onError;
  }

  get ids(): string[] {
    return [...this.#runs.keys()];
  }

  /** @throws RUN_EXISTS or INVALID_OPTION. */
  start(id: string, task: (signal: AbortSignal) => Promise<void>, options: RunOptions = {}): void {
    checkOptions("run", options, { timeout: milliseconds(0) });
    const { timeout } = options;
    if (this.#runs.has(id)) {
      throw new SessionstreamError("RUN_EXISTS", `run "${id}" is already going on in session "${this.#sessionId}"`, {
        sessionId: this.#sessionId,
        name: id,
      });
    }
    const controller = new AbortController();
    const timer = timeout === undefined ? undefined : setTimeout(() => this.#timedOut(id, timeout), timeout);
    let resolve = () => {};
    const done = new Promise<void>((resolved) => {
      resolve = resolved;
    });
    const end = () => {
      clearTimeout(timer);
      this.#runs.delete(id);
      resolve();
    };
    const run: Run = { controller, done, end };
    this.#runs.set(id, run);
    // The task begins after the handler's current step, so that what the handler
    // publishes before it yields comes first.
    Promise.resolve()
      .then(() => task(controller.signal))
      .catch((thrown: unknown) => {
        // A run that ends with the reason it was aborted for did as it was told. Of one that was left, all is told.
        const isOver = this.#runs.get(id) !== run;
        if (!isOver && !(controller.signal.aborted && isAbort(thrown, controller.signal))) this.#onError(id, thrown);
      })
      .finally(end);
  }

  #timedOut(id: string, timeout: number): void {
    const reason = new SessionstreamError("RUN_TIMEOUT", `run "${id}" was aborted: it took longer than ${timeout} ms`, {
      sessionId: this.#sessionId,
      name: id,
    });
    this.#onError(id, reason);
    this.abort(id, reason);
  }

  abort(id: string, reason?: unknown): boolean {
    const run = this.#runs.get(id);
    run?.controller.abort(reason);
    return run !== undefined;
  }

  abortAll(reason?: unknown): number {
    for (const run of this.#runs.values()) run.controller.abort(reason);
    return this.#runs.size;
  }

  /** Waits no longer for the runs that go on. Returns their ids. */
  leave(): readonly string[] {
    const { ids } = this;
    for (const { end } of [...this.#runs.values()]) end();
    return ids;
  }

  /** Resolves when no run is going on. */
  async idle(): Promise<void> {
    while (this.#runs.size > 0) await Promise.all([...this.#runs.values()].map((run) => run.done));
  }
}

function isAbort(thrown: unknown, signal: AbortSignal): boolean {
  return thrown === signal.reason || (thrown instanceof Error && thrown.name === "AbortError");
}
