import type { JsonObject } from "@bufbuild/protobuf";

/** A backend event as a store keeps it. */
export interface StoredEvent {
  readonly ordinal: bigint;
  readonly name: string;
  /** The version that the event's schema had when it was published; 1 is the first. */
  readonly version: number;
  /** The full name of the payload's message type. */
  readonly type: string;
  /** The payload in protobuf's binary format. */
  readonly payload: Uint8Array;
  /** Milliseconds since the Unix epoch. */
  readonly time: number;
}

/**
 * An idempotency key and what was done under it, stored with the events of that
 * work, so that it is done once.
 */
export interface StoredKey {
  readonly key: string;
  /** Tells whether other work is the same: its name and a hash of its payload. */
  readonly fingerprint: string;
  /**
   * The ordinals of the first and the last event that the work published; where
   * it published none, both are that of the session's last event.
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
  /** The payload in protobuf's binary format; undefined for a tombstone. */
  readonly payload: Uint8Array | undefined;
}

/** Which step of reading an event failed: what a failure on record is about. */
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
  /** Counts the commits; a commit names the revision that it builds on. */
  readonly revision: number;
  /** The ordinal of the last event in the log. */
  readonly ordinal: bigint;
  /** The ordinal of the last event that the timeline contains. */
  readonly cursor: bigint;
  /**
   * Tells one history of the timeline from another: it is renewed when the
   * timeline is repaired. What a client has of another epoch cannot be continued.
   */
  readonly epoch: string;
}

/** Which entities are loaded. */
export interface LoadOptions {
  /** Only those that changed above this ordinal, tombstones among them. Without it, all, without tombstones. */
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
  /** The revision that the batch builds on; 0 for a new session. */
  readonly revision: number;
  /** Stored when the session is new. */
  readonly metadata: Readonly<JsonObject>;
  /**
   * In order. Above the log's last ordinal, they are appended; an event at an
   * ordinal that the log has must be identical and is not appended again.
   */
  readonly events: readonly StoredEvent[];
  /** The timeline's new cursor; it only moves forward, unless the timeline is replaced. */
  readonly cursor: bigint;
  /** Stored where the session is new or the batch has no events; events do not change it. */
  readonly epoch: string;
  /** The entities that changed, each in its last state. */
  readonly entities: readonly StoredEntity[];
  /** Whether `entities` are the whole timeline and all others go. */
  readonly replaceTimeline: boolean;
  readonly errors: readonly StoredError[];
  /**
   * The keys that the batch's events were published under. A key that the store
   * has with the same first ordinal is moved on to its last ordinal, which must
   * be higher.
   */
  readonly keys: readonly StoredKey[];
}

/** A page of the log. */
export interface EventRange {
  /** Events above this ordinal; 0 for all. */
  readonly after?: bigint;
  /** At most so many; 1,000 unless given. */
  readonly limit?: number;
}

/** A page of the sessions' ids. */
export interface SessionRange {
  /** Those after this id, in the store's order; from the first unless given. */
  readonly after?: string;
  /** At most so many; 1,000 unless given. */
  readonly limit?: number;
}

/** How many events or sessions a page has unless a limit is given. */
export const defaultLimit = 1000;

/**
 * Keeps sessions: the log, the timeline that is its fold, and the errors.
 *
 * A store may be shared by several processes. It holds two promises: a batch is
 * committed whole or not at all, and a batch whose revision is not the stored
 * one is refused with ORDINAL_CONFLICT and changes nothing. So is, with
 * KEY_CLAIMED, one with a key that the store has of other work.
 */
export interface Store {
  /** The ids of the sessions that something was committed to, in an order that stays. */
  sessions(range?: SessionRange): Promise<readonly string[]>;
  /** Where the session stands, or undefined where nothing was committed. */
  session(sessionId: string): Promise<StoredSession | undefined>;
  /** The session with its timeline, or undefined where nothing was committed. */
  load(sessionId: string, options?: LoadOptions): Promise<StoredTimeline | undefined>;
  /**
   * Commits the batches, at most one a session. The n-th outcome is undefined
   * when the n-th batch is durable, else the error that it was refused with;
   * one batch's refusal does not touch the others.
   */
  commit(batches: readonly SessionBatch[]): Promise<readonly (Error | undefined)[]>;
  /** Events in order. */
  events(sessionId: string, range?: EventRange): Promise<readonly StoredEvent[]>;
  /** What was done under an idempotency key in the session, or undefined where nothing was stored. */
  key(sessionId: string, key: string): Promise<StoredKey | undefined>;
  /** Errors in the order in which they were recorded. */
  errors(sessionId: string): Promise<readonly StoredError[]>;
  close(): Promise<void>;
}
