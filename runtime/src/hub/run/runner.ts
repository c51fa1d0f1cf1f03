import { SessionstreamError } from "../../base/errors.js";
import type { BatchRun } from "../../store/batch.js";
import type { FreeRun, RunName, StoredRun } from "../../store/stored-run.js";
import type { RunFunctions } from "../feature/run-context.js";
import type { ActiveSessions } from "../write/active-sessions.js";
import type { FollowedSessions } from "../write/followed-sessions.js";
import { closeTimeout } from "../write/handling.js";
import { type OpenRuns, runLost } from "../write/lane/runs.js";
import type { RunHost, SessionHost } from "../write/lane/session-host.js";
import { enqueue } from "../write/publisher.js";
import { Alarms } from "./alarms.js";
import { Attempt } from "./attempt.js";
import { storePause } from "./run-facts.js";
import { Slots } from "./slots.js";
import { Takeover } from "./takeover.js";

/** How a hub does runs. */
export interface RunnerOptions {
  readonly atOnce: number;
  readonly keepEnded: number;
}

/** Does the runs of this process: those that it started, and those that it took over. */
export class Runner implements RunHost {
  readonly functions: ReadonlyMap<string, RunFunctions>;
  readonly #host: SessionHost;
  readonly #sessions: ActiveSessions;
  readonly #followed: FollowedSessions;
  readonly #slots: Slots;
  readonly #alarms: Alarms;
  readonly #takeover: Takeover;
  /** By session and id. */
  readonly #attempts = new Map<string, Map<string, Attempt>>();
  /** Those whose function goes on, over or not. */
  readonly #working = new Set<Attempt>();
  readonly #changes = new Set<() => void>();
  #isClosed = false;
  #hadRuns = false;
  #releasing: Promise<void> = Promise.resolve();

  constructor(
    functions: ReadonlyMap<string, RunFunctions>,
    host: SessionHost,
    sessions: ActiveSessions,
    followed: FollowedSessions,
    { atOnce, keepEnded }: RunnerOptions,
  ) {
    this.functions = functions;
    this.#host = host;
    this.#sessions = sessions;
    this.#followed = followed;
    this.#slots = new Slots(atOnce, () => this.#takeover.soon());
    this.#alarms = new Alarms(host.now);
    this.#takeover = new Takeover(host, namesOf(functions), keepEnded, {
      room: () => (this.#isClosed ? 0 : this.#slots.free),
      take: (name) => this.#take(name),
    });
  }

  hasRoom(name: string): boolean {
    const hasRoom = !this.#isClosed && this.#slots.free > 0 && this.functions.get(name)?.run !== undefined;
    // Otherwise the run is free, and whoever has room takes it.
    if (!hasRoom) this.#takeover.expect();
    return hasRoom;
  }

  written(sessionId: string, changes: readonly BatchRun[]): void {
    for (const { run } of changes) {
      const attempt = this.#attempts.get(sessionId)?.get(run.id);
      if (run.ended !== undefined) attempt?.over(endedError(sessionId, run));
      else if (run.owner !== this.#host.process.id) attempt?.over(takenOver(sessionId, run.id));
      else if (attempt?.run.attempt !== run.attempt) this.#begin(sessionId, run);
    }
  }

  deleted(sessionId: string, error: Error): void {
    for (const attempt of this.#attempts.get(sessionId)?.values() ?? []) attempt.over(error);
  }

  read(sessionId: string, runs: OpenRuns): void {
    for (const [id, attempt] of this.#attempts.get(sessionId) ?? []) {
      const run = runs.get(id);
      if (run === undefined) void this.#findOut({ sessionId, id }, attempt);
      else if (!this.#isOurs(run, attempt)) attempt.over(takenOver(sessionId, id));
    }
    for (const run of runs.values()) {
      const attempt = this.#attempts.get(sessionId)?.get(run.id);
      if (run.owner === this.#host.process.id && attempt?.run.attempt !== run.attempt) this.#begin(sessionId, run);
    }
  }

  /** Resolves when no run of the session works in this process. Those that wait do not count. */
  async idle(sessionId: string): Promise<void> {
    while (this.#isBusy(sessionId)) await this.#change();
  }

  /** Gives up all runs, so that other processes can take them at once. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#takeover.end();
    const lanes = [...this.#attempts.keys()].map((id) => this.#sessions.use(id).lane);
    for (const attempt of this.#all()) {
      attempt.over(new SessionstreamError("CLOSED", `the hub is closing, and gives up run "${attempt.run.id}"`));
    }
    await Promise.all(lanes.map((lane) => lane.idle()));
    if (this.#hadRuns) await this.#release();
  }

  /** What the store does not hear of, others find out by the silence of this process. */
  async #release(): Promise<void> {
    await this.#host.store.releaseRuns(this.#host.process.id).catch(() => {});
  }

  /** Resolves when no function of a run goes on, or when they were left. */
  async returned(): Promise<void> {
    while (this.#working.size > 0) await this.#change();
  }

  /** Resolves when the store has heard of all runs that were given up. */
  released(): Promise<void> {
    return this.#releasing;
  }

  /** Waits no longer for functions that go on. Reports each. */
  leave(grace: number): void {
    for (const { sessionId, run } of this.#working) {
      const error = closeTimeout(`run "${run.id}"`, grace, sessionId, run.name);
      this.#host.report({ step: "run", sessionId, name: run.name, error });
    }
    this.#working.clear();
    this.#tell();
  }

  #isBusy(sessionId: string): boolean {
    return [...(this.#attempts.get(sessionId)?.values() ?? [])].some((attempt) => attempt.isBusy);
  }

  #begin(sessionId: string, run: StoredRun): void {
    const work = this.functions.get(run.name)?.run;
    if (work === undefined) return;
    if (this.#isClosed) {
      // It was being started or taken when the hub closed.
      this.#releasing = this.#releasing.then(() => this.#release());
      return;
    }
    this.#hadRuns = true;
    const { process } = this.#host;
    const changed = () => this.#tell();
    const of = { host: this.#host, slots: this.#slots, alarms: this.#alarms, changed };
    const attempt = new Attempt(of, this.#sessions.use(sessionId), run, work);
    const attempts = this.#attempts.get(sessionId) ?? new Map<string, Attempt>();
    attempts.get(run.id)?.over(takenOver(sessionId, run.id));
    this.#attempts.set(sessionId, attempts.set(run.id, attempt));
    const end = process.begin();
    const leave = this.#keep(sessionId, run.name);
    this.#working.add(attempt);
    void attempt.returned.then(() => {
      this.#working.delete(attempt);
      this.#tell();
    });
    void attempt.go().finally(() => {
      end();
      leave();
      if (attempts.get(run.id) === attempt) attempts.delete(run.id);
      if (attempts.size === 0 && this.#attempts.get(sessionId) === attempts) this.#attempts.delete(sessionId);
      this.#tell();
    });
  }

  /**
   * What other processes do to a run, and what it waits for, must reach it. A store that cannot be watched keeps no run
   * from its work: it is asked again. Returns what ends that.
   */
  #keep(sessionId: string, name: string): () => void {
    try {
      return this.#followed.keep(sessionId);
    } catch (error) {
      this.#host.report({ step: "run", sessionId, name, error });
      const unfollow = this.#sessions.use(sessionId).follow();
      let leave = unfollow;
      const timer: unknown = setTimeout(() => {
        leave = this.#keep(sessionId, name);
        unfollow();
      }, storePause);
      (timer as { unref?(): void }).unref?.();
      return () => {
        clearTimeout(timer as number);
        leave();
      };
    }
  }

  /** Takes a run that no process has. */
  async #take(name: FreeRun): Promise<void> {
    const { process } = this.#host;
    const { lane } = this.#sessions.use(name.sessionId);
    await enqueue(
      lane,
      ({ runs }) => {
        const run = runs.get(name.id);
        // Another process was faster. Who had it before does not tell: to give a run up moves no revision.
        if (run === undefined || run.attempt !== name.attempt) return { events: [] };
        // Others took this process for dead, and did not take its run: it goes on.
        if (this.#attempts.get(name.sessionId)?.get(name.id)?.run.attempt === run.attempt) return { events: [] };
        return { events: [], runs: [{ ...run, owner: process.id, attempt: run.attempt + 1, waitsFor: undefined }] };
      },
      {},
    );
  }

  /** Others took this process for dead: they may have taken its runs. */
  verify(): void {
    for (const [sessionId, attempts] of this.#attempts) {
      for (const [id, attempt] of attempts) void this.#findOut({ sessionId, id }, attempt);
    }
  }

  /** Ends an attempt that has its run no more. */
  async #findOut(name: RunName, attempt: Attempt): Promise<void> {
    const run = await this.#host.store.run(name).catch(() => null);
    // A store that fails has no news: whatever the attempt publishes finds out.
    if (run === null || (run !== undefined && run.ended === undefined && this.#isOurs(run, attempt))) return;
    const reason = run?.ended === undefined ? takenOver(name.sessionId, name.id) : endedError(name.sessionId, run);
    attempt.over(reason);
  }

  #isOurs(run: StoredRun, attempt: Attempt): boolean {
    return run.owner === this.#host.process.id && run.attempt === attempt.run.attempt;
  }

  *#all(): Iterable<Attempt> {
    for (const attempts of this.#attempts.values()) yield* attempts.values();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#changes.add(resolve));
  }

  #tell(): void {
    const waiting = [...this.#changes];
    this.#changes.clear();
    for (const resolve of waiting) resolve();
  }
}

/** The names of the runs that this process does. */
function namesOf(functions: ReadonlyMap<string, RunFunctions>): string[] {
  return [...functions].flatMap(([name, { run }]) => (run === undefined ? [] : [name]));
}

function takenOver(sessionId: string, id: string): SessionstreamError {
  return runLost(sessionId, id, "another process has it");
}

function endedError(sessionId: string, { id, ended }: StoredRun): SessionstreamError {
  const outcome = ended?.outcome;
  if (outcome?.status !== "cancelled") return runLost(sessionId, id, "it has ended");
  const why = outcome.reason === undefined ? "" : `: ${outcome.reason}`;
  return new SessionstreamError("RUN_CANCELLED", `run "${id}" was cancelled${why}`, { sessionId, run: id });
}
