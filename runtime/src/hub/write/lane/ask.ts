import type { LaneState } from "./lane-state.js";
import type { SessionHost } from "./session-host.js";

/**
 * Where this process could not fold an event, asks the one that folded it to store its entities at once. A commit of
 * nothing says so. It puts no failure on record: nobody else need have failed. The state must have nothing that is
 * not durable.
 */
export async function askForEntities(host: SessionHost, state: LaneState): Promise<void> {
  if (!state.isToAsk) return;
  const { info, revision, epoch, storedCursor } = state;
  const [outcome] = await host.store
    .commit([
      {
        id: host.process.nextId(),
        sessionId: info.id,
        revision,
        epoch,
        metadata: info.metadata,
        events: [],
        cursor: storedCursor,
        failedAt: undefined,
        entities: [],
        replaceTimeline: false,
        foldedUnder: undefined,
        errors: [],
        keys: [],
        runs: [],
        descriptors: [],
      },
    ])
    .catch(() => [false]);
  // Else it is asked again once what came first is taken over.
  if (outcome !== undefined) return;
  state.isToAsk = false;
  state.revision = revision + 1;
  state.durable = { ...state.durable, revision: revision + 1 };
  state.image = undefined;
}
