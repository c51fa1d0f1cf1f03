// What people use who write a store. The suite that a store passes is in
// `@sessionstream/runtime/testing`.

export type { StoredRejection } from "../schema/stored-rejection.js";
export type { BatchKey, BatchRun, EventSpan, RewrittenEvent, SessionBatch } from "./batch.js";
export { type NewCheckpoint, PastEntities, type StoredPast, writtenCheckpoint } from "./checkpoint.js";
export { compareEntities } from "./entity-order.js";
export type { EventMeta, TraceContext } from "./event-meta.js";
export { readErrors } from "./read-errors.js";
export { readLog } from "./read-log.js";
export { sizeOf } from "./row-size.js";
export {
  checkBatch,
  checkKey,
  checkRun,
  endsCheckpoints,
  isCheckpointOf,
  mendedSteps,
  mostTombstones,
  runSpace,
  sessionExists,
  sessionMissing,
  tombstonesAtOnce,
} from "./rules.js";
export { sessionIds } from "./session-ids.js";
export { type DoneKey, inParts, type SessionPart, type WholeSession } from "./session-part.js";
export {
  type ClaimAnswer,
  type ClaimedKey,
  defaultLimit,
  type ErrorRange,
  type EventRange,
  type FreeRunRange,
  type KeyClaim,
  type MovedSession,
  type MoveListener,
  type RunRange,
  type SessionRange,
  type Store,
  type StoredEventRange,
} from "./store.js";
export type {
  Checkpoint,
  FeatureFold,
  FoldedUnder,
  KeyName,
  KeyOutcome,
  KeyOwner,
  LastCheckpoint,
  RecordedStep,
  SessionHead,
  StoredDescriptor,
  StoredEntity,
  StoredError,
  StoredEvent,
  StoredKey,
  StoredMark,
  StoredSession,
  StoredTimeline,
} from "./stored.js";
export type { FreeRun, RunName, RunOutcome, RunOwner, RunWait, StoredRun } from "./stored-run.js";
