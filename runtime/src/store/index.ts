// What people use who write a store. The suite that a store passes is in
// `@sessionstream/runtime/testing`.

export { compareEntities } from "./entity-order.js";
export { checkBatch, checkSameEvent, checkSameWork } from "./rules.js";
export {
  defaultLimit,
  type EventRange,
  type LoadOptions,
  type RecordedStep,
  type SessionBatch,
  type SessionRange,
  type Store,
  type StoredEntity,
  type StoredError,
  type StoredEvent,
  type StoredKey,
  type StoredSession,
  type StoredTimeline,
} from "./store.js";
