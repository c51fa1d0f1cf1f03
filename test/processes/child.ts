import { type ChildProcess, fork } from "node:child_process";
import { scriptOf } from "../fixtures/script.js";

export const processIsGone = "the process is gone";

/** What a process says. */
interface Answered {
  readonly id?: number;
  readonly answer?: unknown;
  readonly error?: string;
}

/**
 * A process that a campaign runs. It says { ready } once, and answers each message { id, … }
 * with { id, answer } or { id, error }. Whatever else it says goes to `onMessage`.
 */
export class Child<Request extends object> {
  /** What it said when it was ready. */
  #hello: unknown;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, (message: Answered) => void>();
  readonly #gone: Promise<void>;
  #ids = 0;

  private constructor(path: string, args: readonly string[], onMessage: (message: unknown) => void) {
    // Messages have bigints.
    this.#process = fork(path, args, { serialization: "advanced", execArgv: [] });
    this.#gone = new Promise((resolve) => this.#process.once("exit", () => resolve()));
    void this.#gone.then(() => {
      for (const answer of this.#waiting.values()) answer({ error: processIsGone });
      this.#waiting.clear();
    });
    this.#process.on("message", (message: Answered) => {
      const waiting = message.id === undefined ? undefined : this.#waiting.get(message.id);
      if (waiting === undefined) onMessage(message);
      else waiting(message);
    });
  }

  /** Starts a script and waits until it is ready. */
  static async start<Request extends object>(
    script: string,
    args: readonly string[],
    onMessage: (message: unknown) => void = () => {},
  ): Promise<Child<Request>> {
    let isReady = (_hello: unknown) => {};
    const ready = new Promise<unknown>((resolve) => {
      isReady = resolve;
    });
    const child = new Child<Request>(scriptOf(script), args, (message) => {
      if ((message as { ready?: true }).ready) isReady(message);
      else onMessage(message);
    });
    child.#hello = await Promise.race([
      ready,
      child.#gone.then(() => {
        throw new Error(`${script} ended before it was ready`);
      }),
    ]);
    return child;
  }

  get hello(): unknown {
    return this.#hello;
  }

  /** Asks, and resolves with the answer. Rejects if the process is gone. */
  ask<Answer>(request: Request): Promise<Answer> {
    const id = ++this.#ids;
    return new Promise((resolve, reject) => {
      if (!this.#process.connected) {
        reject(new Error(processIsGone));
        return;
      }
      this.#waiting.set(id, ({ answer, error }) => {
        this.#waiting.delete(id);
        if (error === undefined) resolve(answer as Answer);
        else reject(new Error(error));
      });
      // Whether it came over shows in the answer.
      this.#process.send({ id, ...request }, () => {});
    });
  }

  /** Kills it where it stands. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#gone;
  }
}
