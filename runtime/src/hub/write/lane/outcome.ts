import { isSessionstreamError, SessionstreamError } from "../../../base/errors.js";
import { uiBatchOf } from "../../../session/ui-batch.js";
import type { SessionBatch } from "../../../store/batch.js";
import { toStoreError } from "../../../store/store-error.js";
import { type Admitted, type AdmittedEvent, isEvent, refusedBy } from "./publication.js";
import { observeEvent, reportFailures, type SessionHost } from "./session-host.js";

/** How often in a row a store may say that another commit came first where there is none. */
const maxConflicts = 100;

// What became of what a lane gave to the store, and who is told.

/** It is durable, or stands on what is. */
export function settled(host: SessionHost, sessionId: string, admitted: Admitted): void {
  if (!isEvent(admitted)) {
    admitted.answer();
    return;
  }
  const { publication, stored, uiEvents, isLast } = admitted;
  const { ordinal, name } = stored;
  committed(host, sessionId, admitted);
  if (host.isHeard(sessionId)) host.fanOut(uiBatchOf(sessionId, stored, uiEvents));
  observeEvent(host, sessionId, "fanout", name, ordinal, uiEvents.length);
  if (isLast) publication.resolve({ ordinal });
}

/** What is durable, and whose events were fanned out already, as if another process had committed them. */
export function foundCommitted(host: SessionHost, sessionId: string, admitted: readonly Admitted[]): void {
  for (const each of admitted) if (isEvent(each)) committed(host, sessionId, each);
  for (const each of admitted) {
    if (!isEvent(each)) each.answer();
    else if (each.isLast) each.publication.resolve({ ordinal: each.stored.ordinal });
  }
}

function committed(host: SessionHost, sessionId: string, { publication, stored, failures }: AdmittedEvent): void {
  publication.claim?.published(stored.ordinal);
  if (failures.length > 0) reportFailures(host, sessionId, failures);
  observeEvent(host, sessionId, "commit", stored.name, stored.ordinal);
}

/** Events have no place in the log, and runs stay as they were. */
export function refuse(host: SessionHost, sessionId: string, refused: readonly Admitted[], outcome: Error): void {
  const error = toStoreError(outcome, { sessionId });
  const step = error.code === "ORDINAL_CONFLICT" ? "order" : "commit";
  for (const { publication, stored } of refused) {
    // That another process did the same work first is no failure.
    if (stored !== undefined && error.code !== "KEY_CLAIMED") {
      const { ordinal, name } = stored;
      host.report({ step, sessionId, ordinal, name, error });
    }
    publication.reject(error);
  }
}

/** What is refused that was begun before a session was deleted. */
export function sessionDeleted(sessionId: string): SessionstreamError {
  return new SessionstreamError(
    "SESSION_DELETED",
    `session "${sessionId}" was deleted: what was going on for it has ended, and nothing more of it is stored`,
    { sessionId },
  );
}

/** Whether the store says that it has committed nothing. */
function isRefusal(outcome: Error): boolean {
  return (["ORDINAL_CONFLICT", "KEY_CLAIMED", "RUN_EXISTS"] as const).some((code) =>
    isSessionstreamError(outcome, code),
  );
}

/** Whether a batch was committed, though the store did not say so. */
export async function wasCommitted(
  host: SessionHost,
  batch: SessionBatch | undefined,
  outcome: Error,
): Promise<boolean> {
  if (batch === undefined || isRefusal(outcome)) return false;
  return host.store.hasBatch(batch.sessionId, batch.id).catch(() => false);
}

/** Does work again where another process commits in between. `fail` is called after each failure. */
export async function despiteConflicts<T>(work: () => Promise<T>, fail: () => void): Promise<T> {
  for (let conflicts = 0; ; conflicts++) {
    try {
      return await work();
    } catch (thrown) {
      fail();
      if (!isSessionstreamError(thrown, "ORDINAL_CONFLICT") || conflicts === maxConflicts) throw thrown;
    }
  }
}

/** The conflicts of a lane with commits that nobody made. */
export class Conflicts {
  #inARow = 0;

  /** A commit succeeded, of this process or another. */
  end(): void {
    this.#inARow = 0;
  }

  /** What an outcome is about. After a conflict all is tried again, so there is nothing. */
  refused(admitted: readonly Admitted[], outcome: Error): readonly Admitted[] {
    const isAgain = isSessionstreamError(outcome, "ORDINAL_CONFLICT") || isSessionstreamError(outcome, "RUN_EXISTS");
    if (isAgain && ++this.#inARow <= maxConflicts) return [];
    this.end();
    return refusedBy(outcome, admitted);
  }
}
