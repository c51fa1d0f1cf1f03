import { type ChildProcess, fork } from "node:child_process";
import { scriptOf } from "../../fixtures/script.js";
import { type Fate, lease } from "./history.js";

/** An attempt of a run. */
export interface About {
  readonly session: string;
  readonly run: string;
  readonly attempt: number;
}

/** What a process told of an attempt, and when, in milliseconds on the clock that all share. */
export interface Told extends About {
  readonly what: "begun" | "over" | "returned";
  readonly process: string;
  readonly time: number;
  /** What its signal was aborted with. */
  readonly code: string | undefined;
  /** When the process could not do what was due, and for how long. */
  readonly late: readonly { readonly time: number; readonly late: number }[];
}

export interface WorkerOptions {
  readonly file: string;
  readonly lease?: number;
  readonly hours?: number;
  readonly fate?: Fate | undefined;
}

interface Message {
  readonly id?: number;
  readonly answer?: unknown;
  readonly error?: string;
  readonly code?: string;
  readonly ready?: string;
  readonly begun?: About;
  readonly over?: About;
  readonly returned?: About;
  readonly report?: string;
  readonly time?: number;
  readonly late?: Told["late"];
}

/** What asks for something that the process did not live to do. */
export const isGone = "the process is gone";

/** A process that has runs. */
export class WorkerProcess {
  /** Its name in the log. */
  name = "";
  /** When it was ready, in milliseconds on the clock that all share. */
  born = 0;
  readonly told: Told[] = [];
  readonly reports: string[] = [];
  /** Resolves when it is gone, to what ended it. */
  readonly gone: Promise<string>;
  isHere = true;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, (message: Message) => void>();
  #ids = 0;

  private constructor({ file, hours = 0, fate, ...options }: WorkerOptions, onReady: () => void) {
    const given = JSON.stringify({ lease: options.lease ?? lease, hours, fate });
    this.#process = fork(scriptOf("campaigns/runs/worker"), [file, given], {
      serialization: "advanced",
      execArgv: ["--unhandled-rejections=strict"],
    });
    this.gone = new Promise((resolve) => {
      this.#process.once("exit", (code, signal) => {
        this.isHere = false;
        resolve(signal ?? `${code}`);
        for (const answer of this.#waiting.values()) answer({ error: isGone });
        this.#waiting.clear();
      });
    });
    this.#process.on("message", (message: Message) => {
      if (message.ready !== undefined) {
        this.name = message.ready;
        this.born = message.time ?? 0;
        onReady();
      }
      this.#hear(message);
    });
  }

  static async start(options: WorkerOptions): Promise<WorkerProcess> {
    let onReady = () => {};
    const ready = new Promise<void>((resolve) => {
      onReady = resolve;
    });
    const worker = new WorkerProcess(options, onReady);
    await Promise.race([ready, worker.gone]);
    return worker;
  }

  /** @throws isGone, or what the process answered. */
  ask<Answer>(request: object): Promise<Answer> {
    const id = ++this.#ids;
    return new Promise((resolve, reject) => {
      if (!this.isHere || !this.#process.connected) {
        reject(new Error(isGone));
        return;
      }
      this.#waiting.set(id, ({ answer, error }) => {
        this.#waiting.delete(id);
        if (error === undefined) resolve(answer as Answer);
        else reject(new Error(error));
      });
      this.#process.send({ id, ...request }, () => {});
    });
  }

  signal(name: "SIGKILL" | "SIGSTOP" | "SIGCONT" | "SIGTERM"): void {
    this.#process.kill(name);
  }

  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.gone;
  }

  #hear(message: Message): void {
    if (message.id !== undefined) this.#waiting.get(message.id)?.(message);
    if (message.report !== undefined) this.reports.push(`${message.report} (${message.code})`);
    for (const what of ["begun", "over", "returned"] as const) {
      const about = message[what];
      if (about === undefined) continue;
      const { time = 0, code, late = [] } = message;
      this.told.push({ ...about, what, process: this.name, time, code, late });
    }
  }
}
