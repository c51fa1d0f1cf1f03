import { SessionstreamError } from "../../base/errors.js";
import { checkOptions, milliseconds } from "../../base/option.js";
import type { BackgroundOptions } from "../feature/command-context.js";

interface Task {
  readonly controller: AbortController;
  /** Resolves when it ended or was left. */
  readonly done: Promise<void>;
  end(): void;
}

/** The background work of a session: it goes on after `submit` returned, and dies with the process. */
export class Background {
  readonly #sessionId: string;
  readonly #onError: (id: string, error: unknown) => void;
  readonly #tasks = new Map<string, Task>();

  constructor(sessionId: string, onError: (id: string, error: unknown) => void) {
    this.#sessionId = sessionId;
    this.#onError = onError;
  }

  get ids(): string[] {
    return [...this.#tasks.keys()];
  }

  /** @throws BACKGROUND_EXISTS or INVALID_OPTION. */
  start(id: string, task: (signal: AbortSignal) => Promise<void>, options: BackgroundOptions = {}): void {
    checkOptions("background", options, { timeout: milliseconds(0) });
    const { timeout } = options;
    if (this.#tasks.has(id)) {
      throw new SessionstreamError(
        "BACKGROUND_EXISTS",
        `background work "${id}" is already going on in session "${this.#sessionId}"`,
        {
          sessionId: this.#sessionId,
          name: id,
        },
      );
    }
    const controller = new AbortController();
    const timer = timeout === undefined ? undefined : setTimeout(() => this.#timedOut(id, timeout), timeout);
    let resolve = () => {};
    const done = new Promise<void>((resolved) => {
      resolve = resolved;
    });
    const end = () => {
      clearTimeout(timer);
      this.#tasks.delete(id);
      resolve();
    };
    const going: Task = { controller, done, end };
    this.#tasks.set(id, going);
    // The task begins after the handler's current step, so that what the handler
    // publishes before it yields comes first.
    Promise.resolve()
      .then(() => task(controller.signal))
      .catch((thrown: unknown) => {
        // Work that ends with the reason it was aborted for did as it was told. Of what was left, all is told.
        const isOver = this.#tasks.get(id) !== going;
        if (!isOver && !(controller.signal.aborted && isAbort(thrown, controller.signal))) this.#onError(id, thrown);
      })
      .finally(end);
  }

  #timedOut(id: string, timeout: number): void {
    const reason = new SessionstreamError(
      "BACKGROUND_TIMEOUT",
      `background work "${id}" was aborted: it took longer than ${timeout} ms`,
      {
        sessionId: this.#sessionId,
        name: id,
      },
    );
    this.#onError(id, reason);
    this.abort(id, reason);
  }

  abort(id: string, reason?: unknown): boolean {
    const task = this.#tasks.get(id);
    task?.controller.abort(reason);
    return task !== undefined;
  }

  abortAll(reason?: unknown): number {
    for (const task of this.#tasks.values()) task.controller.abort(reason);
    return this.#tasks.size;
  }

  /** Waits no longer for what goes on. Returns its ids. */
  leave(): readonly string[] {
    const { ids } = this;
    for (const { end } of [...this.#tasks.values()]) end();
    return ids;
  }

  /** Resolves when nothing is going on. */
  async idle(): Promise<void> {
    while (this.#tasks.size > 0) await Promise.all([...this.#tasks.values()].map((task) => task.done));
  }
}

function isAbort(thrown: unknown, signal: AbortSignal): boolean {
  return thrown === signal.reason || (thrown instanceof Error && thrown.name === "AbortError");
}
