import { SessionstreamError } from "../base/errors.js";
import type { BatchKey, BatchRun, SessionBatch } from "./batch.js";
import type { NewCheckpoint } from "./checkpoint.js";
import { isFoldedOtherwise, lowerFeatures } from "./folded-under.js";
import type { RecordedStep, StoredError, StoredEvent, StoredKey, StoredSession } from "./stored.js";
import type { StoredRun } from "./stored-run.js";

// What every store decides alike before it writes.

/** What databases hold: 64 bits with a sign. */
export const largestOrdinal = 2n ** 63n - 1n;

/** @throws ORDINAL_CONFLICT if a batch does not build on the stored session. */
export function checkBatch(batch: SessionBatch, stored: StoredSession | undefined): void {
  const { sessionId, revision, epoch, cursor } = batch;
  const current = stored?.revision ?? 0;
  if (revision !== current) {
    throw conflict(sessionId, `built on revision ${revision}, but the store is at ${current}`);
  }
  if (stored !== undefined && epoch !== stored.epoch) {
    throw conflict(sessionId, `built on epoch "${epoch}", but the store has "${stored.epoch}"`);
  }
  const foldsBack = !batch.replaceTimeline && cursor < (stored?.cursor ?? 0n);
  if (foldsBack && batch.entities.length > 0) {
    throw conflict(sessionId, `would move the cursor back from ${stored?.cursor} to ${cursor}`);
  }
  checkFold(batch, stored);
  checkOrdinals(batch, stored?.ordinal ?? 0n);
}

/** @throws ORDINAL_CONFLICT if a program would write over the entities of one with a higher timeline version. */
function checkFold({ sessionId, foldedUnder }: SessionBatch, stored: StoredSession | undefined): void {
  if (foldedUnder === undefined || stored?.foldedUnder === undefined) return;
  const lower = lowerFeatures(foldedUnder, stored.foldedUnder);
  if (lower.length === 0) return;
  throw conflict(sessionId, `has entities of a lower timeline_version of ${lower.join(", ")} than the stored timeline`);
}

/** Whether the checkpoints of a session end with a batch: its timeline is another one, or is folded otherwise from now on. */
export function endsCheckpoints({ replaceTimeline, foldedUnder }: SessionBatch, stored: StoredSession): boolean {
  return replaceTimeline || isFoldedOtherwise(foldedUnder, stored);
}

/** Whether a checkpoint is of the timeline that a session has: of its epoch, and folded as that is. */
export function isCheckpointOf({ epoch, foldedUnder }: NewCheckpoint, stored: StoredSession | undefined): boolean {
  return stored?.epoch === epoch && !isFoldedOtherwise(foldedUnder, stored);
}

/** @throws ORDINAL_CONFLICT unless the events rise from the log's last ordinal, and name the ordinal before a gap. */
export function checkOrdinals(batch: SessionBatch, last: bigint): void {
  if (isDense(batch.events, last)) return;
  const { sessionId, events } = batch;
  let before = last;
  for (const event of events) {
    const { ordinal } = event;
    if (ordinal <= before) throw conflict(sessionId, `has an event at ordinal ${ordinal} after ordinal ${before}`);
    const previous = previousOf(event);
    if (previous !== before) {
      const why = `has an event at ordinal ${ordinal} that follows ${previous}, but the log is at ${before}`;
      throw conflict(sessionId, why);
    }
    before = ordinal;
  }
}

/** Whether the events follow each other without gaps, as nearly all do. Found out without making new bigints. */
function isDense(events: readonly StoredEvent[], last: bigint): boolean {
  let before = last;
  for (const { ordinal, previous } of events) {
    if (previous !== undefined || ordinal <= before) return false;
    before = ordinal;
  }
  return before - last === BigInt(events.length);
}

/** The ordinal before an event in its log. 0 for the first. */
export function previousOf({ ordinal, previous = ordinal - 1n }: StoredEvent): bigint {
  return previous;
}

/** @throws KEY_CLAIMED if other work has the key. */
export function checkKey(sessionId: string, given: BatchKey, stored: StoredKey | undefined): void {
  const isOurs = given.token === undefined ? stored === undefined : given.token === stored?.owner?.token;
  if (isOurs) return;
  throw new SessionstreamError(
    "KEY_CLAIMED",
    `commit to session "${sessionId}" refused: its idempotency key was claimed by other work`,
    { sessionId, key: given.key, space: given.space },
  );
}

/** What the spaces of the keys under which runs publish begin with. The id of the run follows. */
export const runSpace = "r:";

/** @throws RUN_EXISTS if a run is started that the session has, or had. */
export function checkRun(sessionId: string, { isStart, run: { id } }: BatchRun, stored: StoredRun | undefined): void {
  if (!isStart || stored === undefined) return;
  throw new SessionstreamError("RUN_EXISTS", `commit to session "${sessionId}" refused: it has a run "${id}" already`, {
    sessionId,
    run: id,
  });
}

/** The steps whose failures on record a batch with `mended` deletes. */
export function mendedSteps({ replaceTimeline }: SessionBatch): readonly RecordedStep[] {
  return replaceTimeline ? [...foldSteps, "ui-projection"] : foldSteps;
}

/** The steps of the fold: where one fails, the timeline stops before the event or goes on without it. */
const foldSteps: readonly RecordedStep[] = ["decode", "timeline-projection"];

/** Whether a failure on record is one of the fold. */
export function isOfFold({ step }: StoredError): boolean {
  return foldSteps.includes(step);
}

/** When a session has more tombstones than that, some of the oldest are deleted with the next that come. */
export const mostTombstones = 2000;

/** So many are deleted at once. */
export const tombstonesAtOnce = 1000;

/** The refusal of a session that is written whole while there is one. */
export function sessionExists(sessionId: string): SessionstreamError {
  return new SessionstreamError(
    "SESSION_EXISTS",
    `session "${sessionId}" is there already: delete it first, or ask to replace it`,
    { sessionId },
  );
}

/** The refusal of parts without the session that they belong to. */
export function sessionMissing(sessionId: string): SessionstreamError {
  return new SessionstreamError("INVALID_EXPORT", `the parts of session "${sessionId}" do not begin with the session`, {
    sessionId,
  });
}

function conflict(sessionId: string, why: string): SessionstreamError {
  return new SessionstreamError("ORDINAL_CONFLICT", `commit to session "${sessionId}" refused: it ${why}`, {
    sessionId,
  });
}
