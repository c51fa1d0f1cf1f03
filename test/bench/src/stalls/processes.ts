import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What a process can be asked, by name, and how it answers. */
export type Answers = Readonly<Record<string, () => unknown>>;

type Said =
  | { readonly hello: unknown }
  | { readonly answered: number; readonly answer?: unknown; readonly error?: string };

/** After how long a process that does not answer is given up, in milliseconds. */
const patience = 120_000;

/** How long a process may take to end by itself, in milliseconds: one that is profiled writes its profile. */
const grace = 20_000;

/** A process of this folder, which ends with the one that started it. */
export class Process {
  readonly #process: ChildProcess;
  readonly #gone: Promise<void>;
  readonly #waiting = new Map<number, (said: Extract<Said, { answered: number }>) => void>();
  #asked = 0;

  private constructor(script: string, args: readonly string[], execArgv: readonly string[]) {
    this.#process = fork(fileURLToPath(new URL(script, import.meta.url)), args, { execArgv: [...execArgv] });
    this.#gone = new Promise((resolve) => this.#process.once("exit", () => resolve()));
    void this.#gone.then(() => {
      for (const [answered, answer] of this.#waiting) answer({ answered, error: `${script} is gone` });
    });
  }

  /**
   * Starts a script that calls `serve`. Resolves, once it is ready, to the process and what it said then.
   * @throws an Error if it ends before.
   */
  static async start<Hello>(
    script: string,
    args: readonly string[] = [],
    execArgv: readonly string[] = [],
  ): Promise<[Process, Hello]> {
    const started = new Process(script, args, execArgv);
    const hello = new Promise<Hello>((resolve, reject) => {
      started.#process.on("message", (said: Said) => {
        if ("hello" in said) resolve(said.hello as Hello);
        else started.#waiting.get(said.answered)?.(said);
      });
      void started.#gone.then(() => reject(new Error(`${script} ended before it was ready`)));
    });
    return [started, await hello];
  }

  /** @throws an Error with the message of what the process threw, or if the process is gone or does not answer. */
  ask<Answer>(what: string): Promise<Answer> {
    const id = this.#asked++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${what}: no answer for ${patience} ms`)), patience).unref();
      this.#waiting.set(id, ({ answer, error }) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        if (error === undefined) resolve(answer as Answer);
        else reject(new Error(`${what}: ${error}`));
      });
      this.#process.send({ id, what }, (error) => {
        if (error !== null) this.#waiting.get(id)?.({ answered: id, error: error.message });
      });
    });
  }

  /** Resolves when the process is gone, killed where it does not end by itself. */
  async stop(): Promise<void> {
    if (this.#process.connected) this.#process.disconnect();
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), grace);
    await this.#gone;
    clearTimeout(timer);
  }
}

/**
 * In a process that was started: says that it is ready, with what is to be known of it, and answers what it is
 * asked, until whoever started it is gone or stops it.
 */
export function serve(answers: Answers, hello: unknown = null): void {
  const say = (said: Said) => void process.send?.(said, () => {});
  process.on("disconnect", () => process.exit());
  process.on("message", async ({ id, what }: { readonly id: number; readonly what: string }) => {
    try {
      say({ answered: id, answer: await answers[what]?.() });
    } catch (thrown) {
      say({ answered: id, error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) });
    }
  });
  say({ hello });
}
