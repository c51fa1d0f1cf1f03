import { SessionstreamError } from "../base/errors.js";
import type { SessionBatch, StoredEvent, StoredKey, StoredSession } from "./store.js";

// What every store decides alike before it writes.

/** @throws ORDINAL_CONFLICT if a batch does not build on the stored session. */
export function checkBatch(batch: SessionBatch, stored: StoredSession | undefined): void {
  const { sessionId, revision, cursor } = batch;
  const current = stored?.revision ?? 0;
  if (revision !== current) {
    throw conflict(sessionId, `built on revision ${revision}, but the store is at ${current}`);
  }
  if (!batch.replaceTimeline && cursor < (stored?.cursor ?? 0n)) {
    throw conflict(sessionId, `would move the cursor back from ${stored?.cursor} to ${cursor}`);
  }
}

/** @throws ORDINAL_CONFLICT if an event differs from the logged event at its ordinal. */
export function checkSameEvent(sessionId: string, given: StoredEvent, logged: StoredEvent | undefined): void {
  const same =
    logged !== undefined &&
    logged.name === given.name &&
    logged.version === given.version &&
    logged.type === given.type &&
    Buffer.compare(logged.payload, given.payload) === 0;
  if (!same) {
    const has = logged === undefined ? "no event" : `a different event "${logged.name}"`;
    throw conflict(sessionId, `has event "${given.name}" at ordinal ${given.ordinal}, where the log has ${has}`);
  }
}

/** @throws KEY_CLAIMED if other work has the key, or if the same work already has it up to this ordinal. */
export function checkSameWork(sessionId: string, given: StoredKey, stored: StoredKey | undefined): void {
  if (stored === undefined) return;
  // The same work goes on; other work under the key, also work that published nothing, does not.
  const goesOn = stored.firstOrdinal === given.firstOrdinal && stored.lastOrdinal < given.lastOrdinal;
  if (goesOn && stored.fingerprint === given.fingerprint) return;
  throw new SessionstreamError(
    "KEY_CLAIMED",
    `commit to session "${sessionId}" refused: its idempotency key was claimed by other work`,
    { sessionId, key: given.key },
  );
}

function conflict(sessionId: string, why: string): SessionstreamError {
  return new SessionstreamError("ORDINAL_CONFLICT", `commit to session "${sessionId}" refused: it ${why}`, {
    sessionId,
  });
}
