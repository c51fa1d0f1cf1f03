import { defaultLimit, type FreeRunRange, type RunRange } from "./store.js";
import type { FreeRun, RunName, RunOwner, StoredRun } from "./stored-run.js";

interface MemoryRun {
  readonly sessionId: string;
  /** Counts the starts in all sessions. */
  readonly number: number;
  run: StoredRun;
}

/** The runs of a store in memory. */
export class MemoryRuns {
  /** Of each session by id, in the order in which they were started. */
  readonly #sessions = new Map<string, Map<string, MemoryRun>>();
  /** Those that have not ended, by owner: whoever looks for free ones passes over the rest. */
  readonly #open = new Map<string | undefined, Set<MemoryRun>>();
  #started = 0;

  get({ sessionId, id }: RunName): StoredRun | undefined {
    return this.#sessions.get(sessionId)?.get(id)?.run;
  }

  list(sessionId: string, { isOpen = false, after, limit = defaultLimit }: RunRange = {}): StoredRun[] {
    const all = [...(this.#sessions.get(sessionId)?.values() ?? [])].map(({ run }) => run);
    const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
    if (after !== undefined && from === 0) return [];
    const found = all.slice(from).filter(({ ended }) => !isOpen || ended === undefined);
    return found.slice(0, limit);
  }

  /** A run that began or changed. */
  write(sessionId: string, run: StoredRun): void {
    const runs = this.#sessions.get(sessionId) ?? new Map<string, MemoryRun>();
    this.#sessions.set(sessionId, runs);
    const found = runs.get(run.id);
    const written = found ?? { sessionId, number: ++this.#started, run };
    runs.set(run.id, written);
    this.#replace(written, { ...run, startedBy: written.run.startedBy });
  }

  /** Those that nobody has, or a process that is not alive. */
  free({ names, now, limit }: FreeRunRange, isAlive: (process: string) => boolean): FreeRun[] {
    const free: MemoryRun[] = [];
    for (const [owner, runs] of this.#open) {
      if (owner !== undefined && isAlive(owner)) continue;
      for (const each of runs) if (names.includes(each.run.name) && (each.run.at ?? 0) <= now) free.push(each);
    }
    const first = free.sort((a, b) => a.number - b.number).slice(0, limit);
    return first.map(({ sessionId, run: { id, owner, attempt } }) => ({ sessionId, id, owner, attempt }));
  }

  /** The processes that have runs. */
  owners(beatOf: (process: string) => number | undefined): RunOwner[] {
    const owners: RunOwner[] = [];
    for (const process of this.#open.keys()) {
      const beat = process === undefined ? undefined : beatOf(process);
      if (process !== undefined && beat !== undefined) owners.push({ process, beat });
    }
    return owners;
  }

  release(process: string): void {
    for (const each of this.#open.get(process) ?? []) this.#replace(each, { ...each.run, owner: undefined });
  }

  forget(before: number): void {
    for (const [sessionId, runs] of this.#sessions) {
      for (const [id, { run }] of runs) if (run.ended !== undefined && run.ended.time < before) runs.delete(id);
      if (runs.size === 0) this.#sessions.delete(sessionId);
    }
  }

  /** All of a session. */
  delete(sessionId: string): void {
    for (const each of this.#sessions.get(sessionId)?.values() ?? []) this.#close(each);
    this.#sessions.delete(sessionId);
  }

  #replace(each: MemoryRun, run: StoredRun): void {
    this.#close(each);
    each.run = run;
    if (run.ended !== undefined) return;
    const runs = this.#open.get(run.owner) ?? new Set();
    this.#open.set(run.owner, runs.add(each));
  }

  #close(each: MemoryRun): void {
    const before = this.#open.get(each.run.owner);
    before?.delete(each);
    if (before?.size === 0) this.#open.delete(each.run.owner);
  }
}
