import type { JsonObject } from "@bufbuild/protobuf";

/** A backend event as a store keeps it. */
export interface StoredEvent {
  readonly ordinal: bigint;
  readonly name: string;
  /** The version of the event when it was published. The first version is 1. */
  readonly version: number;
  /** The full name of the payload's message type. */
  readonly type: string;
  /** The payload in protobuf's binary format. */
  readonly payload: Uint8Array;
  /** Milliseconds since the Unix epoch. */
  readonly time: number;
}

/**
 * An idempotency key and the work under it. The store keeps it with the events of that
 * work. So the work is done once.
 */
export interface StoredKey {
  readonly key: string;
  /** Identifies the work: its name and a hash of its payload. */
  readonly fingerprint: string;
  /**
   * The ordinals of the first and the last event of the work. If the work published none,
   * both are the ordinal of the session's last event.
   */
  readonly firstOrdinal: bigint;
  readonly lastOrdinal: bigint;
}

/** A timeline entity as a store keeps it. */
export interface StoredEntity {
  readonly kind: string;
  readonly id: string;
  readonly createdOrdinal: bigint;
  readonly lastEventOrdinal: bigint;
  /** The full name of the payload's message type. */
  readonly type: string;
  /** The payload in protobuf's binary format. Undefined for a tombstone. */
  readonly payload: Uint8Array | undefined;
}

/** The step that failed, of a failure on record. */
export type RecordedStep = "decode" | "ui-projection" | "timeline-projection";

/** A failure that stays on record. */
export interface StoredError {
  readonly step: RecordedStep;
  /** The ordinal of the event, and its name. */
  readonly ordinal: bigint;
  readonly name: string;
  readonly message: string;
  /** Milliseconds since the Unix epoch. */
  readonly time: number;
}

/** A session without its timeline. */
export interface StoredSession {
  readonly metadata: Readonly<JsonObject>;
  /** The number of commits. A commit names the revision that it builds on. */
  readonly revision: number;
  /** The ordinal of the last event in the log. */
  readonly ordinal: bigint;
  /** The ordinal of the last event that the timeline contains. */
  readonly cursor: bigint;
  /**
   * Identifies a history of the timeline. A repair of the timeline renews it. A client with
   * another epoch must start over.
   */
  readonly epoch: string;
}

/** Which entities `load` reads. */
export interface LoadOptions {
  /**
   * Reads only the entities that changed above this ordinal, with tombstones. Without it,
   * reads all entities, without tombstones.
   */
  readonly changedAfter?: bigint;
}

/** A session with its timeline, read at one instant. */
export interface StoredTimeline extends StoredSession {
  /** Ordered by created ordinal, last event ordinal, kind and id. */
  readonly entities: readonly StoredEntity[];
}

/** What a session's lane commits at once. */
export interface SessionBatch {
  readonly sessionId: string;
  /** The revision that the batch builds on. 0 for a new session. */
  readonly revision: number;
  /** Stored when the session is new. */
  readonly metadata: Readonly<JsonObject>;
  /**
   * In order. The store appends the events above the log's last ordinal. An event at or
   * below that ordinal must be identical to the logged event, and is not appended again.
   */
  readonly events: readonly StoredEvent[];
  /** The timeline's new cursor. It only moves forward, unless the timeline is replaced. */
  readonly cursor: bigint;
  /** Stored if the session is new or the batch has no events. Events do not change the epoch. */
  readonly epoch: string;
  /** The entities that changed, each in its last state. */
  readonly entities: readonly StoredEntity[];
  /** Whether `entities` are the whole timeline. Then the store deletes all others. */
  readonly replaceTimeline: boolean;
  readonly errors: readonly StoredError[];
  /**
   * The keys under which the batch's events were published. If the store has a key with the
   * same first ordinal, the key gets the new last ordinal, which must be higher.
   */
  readonly keys: readonly StoredKey[];
}

/** A page of the log. */
export interface EventRange {
  /** Only events above this ordinal. The default is 0: all events. */
  readonly after?: bigint;
  /** The largest number of results. The default is 1,000. */
  readonly limit?: number;
}

/** A page of the sessions' ids. */
export interface SessionRange {
  /** Only ids after this one, in the store's order. By default, from the first. */
  readonly after?: string;
  /** The largest number of results. The default is 1,000. */
  readonly limit?: number;
}

/** The size of a page of events or sessions without a limit. */
export const defaultLimit = 1000;

/**
 * Keeps sessions: the log, the timeline, the errors and the keys.
 *
 * Several processes may share a store. A store makes these promises. It commits a batch
 * whole or not at all. It refuses a batch with ORDINAL_CONFLICT if the batch builds on
 * another revision than the stored one. It refuses a batch with KEY_CLAIMED if other work
 * has claimed one of its keys. A refused batch changes nothing.
 */
export interface Store {
  /** The ids of the sessions with at least one commit, in an order that never changes. */
  sessions(range?: SessionRange): Promise<readonly string[]>;
  /** Where the session stands, or undefined if nothing was committed. */
  session(sessionId: string): Promise<StoredSession | undefined>;
  /** The session with its timeline, or undefined if nothing was committed. */
  load(sessionId: string, options?: LoadOptions): Promise<StoredTimeline | undefined>;
  /**
   * Commits the batches, at most one for each session. The n-th outcome is undefined if the
   * n-th batch is durable. Otherwise it is the error that refused the batch. A refused batch
   * does not affect the others.
   */
  commit(batches: readonly SessionBatch[]): Promise<readonly (Error | undefined)[]>;
  /** Events in order. */
  events(sessionId: string, range?: EventRange): Promise<readonly StoredEvent[]>;
  /** An idempotency key of the session with its work, or undefined if it is not stored. */
  key(sessionId: string, key: string): Promise<StoredKey | undefined>;
  /** Errors in the order in which they were recorded. */
  errors(sessionId: string): Promise<readonly StoredError[]>;
  close(): Promise<void>;
}
