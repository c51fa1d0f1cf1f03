import { whenAborted } from "../../base/abort.js";

/** The abort signals of a session's handlers, and of those who wait for one under a key. */
export class Signals {
  readonly #controllers = new Set<AbortController>();
  readonly #begun = new WeakSet<AbortSignal>();
  readonly #waiting = new Set<(reason: Error) => void>();
  #reason: Error | undefined;

  /** Why all are aborted, if they are. */
  get reason(): Error | undefined {
    return this.#reason;
  }

  /** Aborts all, and those that are still to begin. */
  abort(reason: Error): void {
    this.#reason = reason;
    this.abortAll(reason);
  }

  /** Aborts all that there are. */
  abortAll(reason: Error): void {
    for (const controller of this.#controllers) controller.abort(reason);
    for (const end of this.#waiting) end(reason);
  }

  /** The work with this signal has seen the session. */
  begun(signal: AbortSignal): void {
    this.#begun.add(signal);
  }

  /** Aborts work that has seen the session. */
  abortBegun(reason: Error): void {
    for (const controller of this.#controllers) if (this.#begun.has(controller.signal)) controller.abort(reason);
  }

  /** Settles like the work, or rejects once all are aborted. */
  async wait<T>(work: Promise<T>): Promise<T> {
    if (this.#reason !== undefined) throw this.#reason;
    let end: (reason: Error) => void = () => {};
    const settled = new Promise<T>((resolve, reject) => {
      end = reject;
      work.then(resolve, reject);
    });
    this.#waiting.add(end);
    try {
      return await settled;
    } finally {
      this.#waiting.delete(end);
    }
  }

  /** Gives work a signal that is aborted with the caller's, if there is one, and by `abort`. */
  async during<T>(caller: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const stop = caller && whenAborted(caller, (reason) => controller.abort(reason));
    if (this.#reason !== undefined) controller.abort(this.#reason);
    this.#controllers.add(controller);
    try {
      return await work(controller.signal);
    } finally {
      this.#controllers.delete(controller);
      stop?.();
    }
  }
}
