import { isSessionstreamError, SessionstreamError } from "../../../base/errors.js";
import type { BatchRun, SessionBatch } from "../../../store/batch.js";
import { defaultLimit, type Store } from "../../../store/store.js";
import type { StoredRun } from "../../../store/stored-run.js";

/** One attempt of a run, in one process. Nobody else may write for the run as long as the store has it so. */
export interface RunAttempt {
  readonly id: string;
  readonly owner: string;
  readonly attempt: number;
}

/** The runs of a session that have not ended, by their ids. */
export type OpenRuns = ReadonlyMap<string, StoredRun>;

/** Reads the open runs of a session. */
export async function readOpenRuns(store: Store, sessionId: string): Promise<Map<string, StoredRun>> {
  const runs = new Map<string, StoredRun>();
  for (let after: string | undefined; ; ) {
    const page = await store.runs(sessionId, { isOpen: true, ...(after !== undefined && { after }) });
    for (const run of page) runs.set(run.id, run);
    after = page.at(-1)?.id;
    if (page.length < defaultLimit) return runs;
  }
}

/** @throws RUN_LOST if the attempt does not have its run any more. */
export function checkAttempt(sessionId: string, runs: OpenRuns, by: RunAttempt): void {
  const run = runs.get(by.id);
  if (run !== undefined && run.owner === by.owner && run.attempt === by.attempt) return;
  throw runLost(sessionId, by.id, run === undefined ? "it has ended" : "another attempt of it goes on", by.attempt);
}

/** An attempt has lost its run. */
export function runLost(sessionId: string, run: string, why: string, attempt?: number): SessionstreamError {
  return new SessionstreamError(
    "RUN_LOST",
    `run "${run}" of session "${sessionId}" is not this attempt's any more: ${why}`,
    {
      sessionId,
      run,
      ...(attempt !== undefined && { attempt }),
    },
  );
}

/** Takes over what became of runs. */
export function applyRuns({ runs, endingRuns }: RunsState, changes: readonly BatchRun[]): void {
  for (const { run } of changes) {
    if (run.ended === undefined) {
      runs.set(run.id, run);
    } else {
      runs.delete(run.id);
      endingRuns.add(run.id);
    }
  }
}

/**
 * Finds out, where the store says that a run exists already, which of those that a batch starts do: all at once, as
 * each would be refused by itself.
 */
export async function notePastRuns(
  store: Store,
  state: RunsState | undefined,
  batch: SessionBatch | undefined,
  outcome: Error,
): Promise<void> {
  if (!isSessionstreamError(outcome, "RUN_EXISTS") || state === undefined || batch === undefined) return;
  const { sessionId, runs } = batch;
  const names = runs.filter(({ isStart }) => isStart).map(({ run: { id } }) => ({ sessionId, id }));
  // The one that it named, in any case.
  const found = await Promise.all(names.map((name) => store.run(name))).catch(() => []);
  for (const id of [outcome.context.run, ...found.map((run) => run?.id)]) {
    if (id !== undefined && !state.runs.has(id)) state.pastRuns.add(id);
  }
}

/** Nothing goes on that could start a run: the store says what it has. */
export function forgetRuns({ endingRuns, pastRuns }: RunsState): void {
  if (endingRuns.size > 0) endingRuns.clear();
  if (pastRuns.size > 0) pastRuns.clear();
}

/** What a lane knows of runs. */
export interface RunsState {
  /** Those that have not ended, with what is not durable yet. */
  runs: Map<string, StoredRun>;
  /** The ids of those that end with what is not durable yet. */
  readonly endingRuns: Set<string>;
  /** The ids of those that have ended, as the store had to say. */
  readonly pastRuns: Set<string>;
}
