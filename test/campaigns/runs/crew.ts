import { setTimeout as sleep } from "node:timers/promises";
import type { Store } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { newFile } from "../../fixtures/stores.js";
import { type Fate, type RunPlan, type RunStep, lease as shortLease } from "./history.js";
import { isGone, type Told, WorkerProcess } from "./worker-process.js";

export interface CrewOptions {
  readonly processes: number;
  /** How far the clock of the second process is off. */
  readonly hours?: number;
  /** In milliseconds. */
  readonly lease?: number;
}

/** The processes on one file. */
export class Crew {
  readonly file = newFile();
  readonly store: Store;
  /** Those that are there, by their places. */
  readonly workers: WorkerProcess[] = [];
  /** All that there ever were. */
  readonly all: WorkerProcess[] = [];
  readonly #hours: number;
  readonly #lease: number;

  private constructor({ hours = 0, lease = shortLease }: CrewOptions) {
    this.#hours = hours;
    this.#lease = lease;
    this.store = sqliteStore(this.file, { synchronous: "normal" });
  }

  static async start(options: CrewOptions): Promise<Crew> {
    const crew = new Crew(options);
    await Promise.all(Array.from({ length: options.processes }, (_, place) => crew.begin(place)));
    return crew;
  }

  /** Begins a process in a place. */
  async begin(place: number, fate?: Fate): Promise<void> {
    const hours = place === 1 ? this.#hours : 0;
    const worker = await WorkerProcess.start({ file: this.file, lease: this.#lease, hours, fate });
    this.workers[place] = worker;
    this.all.push(worker);
  }

  async end(): Promise<void> {
    for (const worker of this.workers) await worker.kill();
    await this.store.close();
  }

  /** What the processes told of attempts. */
  get told(): Told[] {
    return this.all.flatMap((worker) => worker.told);
  }

  /** Asks one process, or the next, until one has done it. */
  async insist<Answer>(from: number, request: object): Promise<Answer> {
    for (let place = from; ; place++) {
      const worker = this.workers[place % this.workers.length] as WorkerProcess;
      try {
        return await worker.ask<Answer>(request);
      } catch (thrown) {
        const { message } = thrown as Error;
        if (message !== isGone && !/the hub is clos/.test(message)) throw thrown;
        await sleep(10);
      }
    }
  }

  /** Waits until no run of the sessions is open, for at most a time. */
  async untilEnded(sessions: readonly string[], longest = 20_000): Promise<void> {
    const end = performance.now() + longest;
    for (;;) {
      const runs = await Promise.all(sessions.map((session) => this.store.runs(session, { isOpen: true })));
      if (runs.flat().length === 0 || performance.now() > end) return;
      await sleep(20);
    }
  }

  /** What nobody planned and was reported all the same, by the processes from one on. */
  reported(from = 0): string[] {
    const isPlanned = (report: string) => /as planned|RUN_LOST|CLOSED/.test(report);
    return [...this.all.slice(from), ...this.workers]
      .flatMap((worker) => worker.reports.splice(0))
      .filter((report) => !isPlanned(report))
      .map((report) => `reported: ${report}`);
  }
}

/** In milliseconds on the clock that all processes share. */
export function clock(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}

export function startOf({ session, id, name, steps, later }: RunPlan): object {
  return { ask: "start", session, run: id, name, task: JSON.stringify(steps), later };
}

/** The notes that steps wait for. */
export function notesOf(steps: readonly RunStep[]): number[] {
  return steps.flatMap((step) => {
    if (step.do === "wait" || step.do === "race") return [step.note];
    return step.do === "child" ? notesOf(step.steps) : [];
  });
}

/** For how long a process could not do what was due, since a time. */
export function lateSince({ late }: Told, since: number): number {
  return late.filter(({ time }) => time > since).reduce((sum, each) => sum + each.late, 0);
}
