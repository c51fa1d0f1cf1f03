import { SessionstreamError } from "../../../base/errors.js";
import type { BatchRun } from "../../../store/batch.js";
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
export function applyRuns({ runs, startedIds }: RunsState, changes: readonly BatchRun[]): void {
  for (const { run } of changes) {
    if (run.ended === undefined) {
      runs.set(run.id, run);
    } else {
      runs.delete(run.id);
      // The store may not know of it yet.
      startedIds.set(run.id, true);
    }
  }
}

/** Of a lane's state, what is known of runs. */
export interface RunsState {
  readonly runs: Map<string, StoredRun>;
  readonly startedIds: Map<string, boolean>;
}

/** The ids among those to start of which it is not known whether a run had them that has ended. */
export function unknownIds({ runs, startedIds }: RunsState, starts: readonly { readonly id: string }[]): string[] {
  return starts.map(({ id }) => id).filter((id) => !runs.has(id) && !startedIds.has(id));
}

/** Finds out whether there is or was a run of each id. */
export async function findIds(store: Store, sessionId: string, ids: readonly string[]): Promise<Map<string, boolean>> {
  const isStarted = async (id: string) => [id, (await store.run({ sessionId, id })) !== undefined] as const;
  return new Map(await Promise.all(ids.map(isStarted)));
}
