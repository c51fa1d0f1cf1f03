import type { JsonObject } from "@bufbuild/protobuf";
import type { FoldedUnder, StoredDescriptor, StoredEntity, StoredError, StoredEvent } from "./stored.js";
import type { StoredRun } from "./stored-run.js";

/** What a session's lane commits at once. */
export interface SessionBatch {
  /** Identifies the batch. No two batches have the same. */
  readonly id: string;
  readonly sessionId: string;
  /** The revision that the batch builds on. 0 for a new session. */
  readonly revision: number;
  /** The epoch that the batch builds on. For a new session, its first epoch. */
  readonly epoch: string;
  /** Takes the place of the epoch, if the batch repairs the timeline. */
  readonly newEpoch?: string;
  /** Stored when the session is new. */
  readonly metadata: Readonly<JsonObject>;
  /** In order, all above the log's last ordinal. */
  readonly events: readonly StoredEvent[];
  /**
   * The cursor of the stored timeline from now on. It may be below the batch's events, whose
   * entities come with a later batch. If it is below the stored cursor, the stored one stays:
   * the batch comes from a program that cannot fold all events. It has no entities then.
   */
  readonly cursor: bigint;
  /** Where the fold failed. Undefined if it did not. */
  readonly failedAt: bigint | undefined;
  /** The entities that changed since the stored cursor, each in its last state; none where it stays. */
  readonly entities: readonly StoredEntity[];
  /** Whether `entities` are the whole timeline. Then the store deletes all others. */
  readonly replaceTimeline: boolean;
  /** What the entities are folded under. Undefined if the stored timeline stays: what is on record of it does, too. */
  readonly foldedUnder: FoldedUnder | undefined;
  /** Events of the log that get another payload, and stay as they are else. Comes with `newEpoch` and `replaceTimeline`. */
  readonly rewritten?: readonly RewrittenEvent[];
  /**
   * The events that were folded anew. The store deletes their failures on record before it adds `errors`: those of
   * decoding and of the timeline projection, and, with `replaceTimeline`, those of the UI projection, too, as all
   * clients begin anew then.
   */
  readonly mended?: EventSpan;
  /** Each takes the place of the one on record of the same event and step. */
  readonly errors: readonly StoredError[];
  /** The keys under which the batch's events were published: an event under one at most. */
  readonly keys: readonly BatchKey[];
  /** The runs that changed, in this order. None is started twice. */
  readonly runs: readonly BatchRun[];
  /** Schemas that the store may not have yet. */
  readonly descriptors: readonly StoredDescriptor[];
}

/** An event of the log with another payload. */
export type RewrittenEvent = Pick<StoredEvent, "ordinal" | "payload">;

/** The events above one ordinal, up to another one. */
export interface EventSpan {
  readonly after: bigint;
  readonly to: bigint;
}

/** A run that a batch starts or changes. */
export interface BatchRun {
  /** Whether it is started. The store refuses the batch if the session has a run of its id, ended or not. */
  readonly isStart: boolean;
  /** The run in its new state, in which what is stored of who started it stays. */
  readonly run: StoredRun;
}

/** An idempotency key under which events of a batch were published. */
export interface BatchKey {
  readonly space: string;
  readonly key: string;
  readonly fingerprint: string;
  /**
   * The token of the claim on the key. The store refuses the batch if the key has another
   * claim by now, or none. Undefined if the batch is all of the work: then the store refuses
   * it if the key is there already, and the work is done with it.
   */
  readonly token: string | undefined;
  /** Of the batch's events under the key. */
  readonly firstOrdinal: bigint;
  readonly lastOrdinal: bigint;
  /** When the work began, in milliseconds since the Unix epoch. */
  readonly time: number;
}
