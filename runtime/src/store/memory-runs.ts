import type { BatchRun } from "./batch.js";
import { defaultLimit, type FreeRunRange, type RunRange } from "./store.js";
import type { FreeRun, RunName, RunOwner, StoredRun } from "./stored-run.js";

/** The runs of a store in memory. */
export class MemoryRuns {
  /** Of each session by id, in the order in which they were started. */
  readonly #sessions = new Map<string, Map<string, StoredRun>>();
  /** Those that have not ended, in the order in which they were started. */
  readonly #open = new Map<string, RunName>();

  get({ sessionId, id }: RunName): StoredRun | undefined {
    return this.#sessions.get(sessionId)?.get(id);
  }

  list(sessionId: string, { isOpen = false, after, limit = defaultLimit }: RunRange = {}): StoredRun[] {
    const all = [...(this.#sessions.get(sessionId)?.values() ?? [])];
    const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
    if (after !== undefined && from === 0) return [];
    return all
      .slice(from)
      .filter(({ ended }) => !isOpen || ended === undefined)
      .slice(0, limit);
  }

  /** A run that began or changed. Returns whether it is written: not where one of its id began before. */
  write(sessionId: string, { isStart, run }: BatchRun): boolean {
    const runs = this.#sessions.get(sessionId) ?? new Map<string, StoredRun>();
    this.#sessions.set(sessionId, runs);
    if (isStart && runs.has(run.id)) return false;
    runs.set(run.id, run);
    const name = mapKey({ sessionId, id: run.id });
    if (run.ended !== undefined) this.#open.delete(name);
    else this.#open.set(name, { sessionId, id: run.id });
    return true;
  }

  free({ names, now, limit }: FreeRunRange, isAlive: (process: string) => boolean): FreeRun[] {
    const free: FreeRun[] = [];
    for (const name of this.#open.values()) {
      if (free.length >= limit) break;
      const run = this.get(name);
      if (run === undefined || !names.includes(run.name) || (run.at ?? 0) > now) continue;
      const { owner, attempt } = run;
      if (owner === undefined || !isAlive(owner)) free.push({ ...name, owner, attempt });
    }
    return free;
  }

  /** The processes that have runs. */
  owners(beatOf: (process: string) => number | undefined): RunOwner[] {
    const processes = new Set([...this.#open.values()].flatMap((name) => this.get(name)?.owner ?? []));
    return [...processes].flatMap((process) => {
      const beat = beatOf(process);
      return beat === undefined ? [] : [{ process, beat }];
    });
  }

  release(process: string): void {
    for (const { sessionId, id } of this.#open.values()) {
      const runs = this.#sessions.get(sessionId);
      const run = runs?.get(id);
      if (run?.owner === process) runs?.set(id, { ...run, owner: undefined });
    }
  }

  forget(before: number): void {
    for (const [sessionId, runs] of this.#sessions) {
      for (const [id, { ended }] of runs) if (ended !== undefined && ended.time < before) runs.delete(id);
      if (runs.size === 0) this.#sessions.delete(sessionId);
    }
  }
}

function mapKey({ sessionId, id }: RunName): string {
  return JSON.stringify([sessionId, id]);
}
