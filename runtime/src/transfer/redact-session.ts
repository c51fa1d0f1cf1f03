import { isSessionstreamError, SessionstreamError } from "../base/errors.js";
import { repairedEpoch } from "../session/epoch.js";
import { checkSessionId } from "../session/session-id.js";
import { readErrors } from "../store/read-errors.js";
import { checkRedaction, type Redaction, redactedEvents } from "../store/redaction.js";
import type { Store } from "../store/store.js";
import type { StoredError } from "../store/stored.js";

/** How often another commit may come first. */
const mostConflicts = 100;

/**
 * Clears fields of events in the log of a stored session, for good, without the program's projections: so the session is
 * left without entities, and whoever loads it next folds its log again. The messages of all failures on record are
 * blanked, as they may quote what is cleared. Others may use the session meanwhile.
 * @throws INVALID_SESSION, INVALID_OPTION, INVALID_RANGE, UNKNOWN_FIELD, UNKNOWN_NAME, INVALID_PAYLOAD, STORE_FAILED.
 */
export async function redactSession(store: Store, sessionId: string, redaction: Redaction): Promise<void> {
  checkSessionId(sessionId);
  checkRedaction(redaction);
  for (let conflicts = 0; ; conflicts++) {
    const outcome = await redactOnce(store, sessionId, redaction);
    if (outcome === undefined) return;
    if (!isSessionstreamError(outcome, "ORDINAL_CONFLICT") || conflicts === mostConflicts) throw outcome;
  }
}

async function redactOnce(store: Store, sessionId: string, redaction: Redaction): Promise<Error | undefined> {
  const session = await store.session(sessionId);
  const rewritten = await redactedEvents(store, sessionId, redaction);
  if (session === undefined) {
    return new SessionstreamError("ORDINAL_CONFLICT", `session "${sessionId}" began meanwhile`, { sessionId });
  }
  const errors: StoredError[] = [];
  for await (const error of readErrors(store, sessionId, 0n)) errors.push({ ...error, message: "redacted" });
  const { metadata, revision, epoch, failedAt } = session;
  const [outcome] = await store.commit([
    {
      id: crypto.randomUUID(),
      sessionId,
      revision,
      epoch,
      newEpoch: repairedEpoch(epoch),
      metadata,
      events: [],
      cursor: 0n,
      failedAt,
      entities: [],
      replaceTimeline: true,
      foldedUnder: undefined,
      rewritten,
      errors,
      keys: [],
      runs: [],
      descriptors: [],
    },
  ]);
  return outcome;
}
