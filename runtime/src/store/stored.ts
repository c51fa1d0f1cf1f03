import type { JsonObject } from "@bufbuild/protobuf";
import type { StoredRejection } from "../schema/stored-rejection.js";
import type { EventMeta } from "./event-meta.js";
import type { StoredRun } from "./stored-run.js";

/** A backend event as a store keeps it. */
export interface StoredEvent {
  readonly ordinal: bigint;
  /** The ordinal before it in the log. Only there if it is not `ordinal - 1`. */
  readonly previous?: bigint;
  readonly name: string;
  /** The version of the event when it was published. The first version is 1. */
  readonly version: number;
  /** The full name of the payload's message type. */
  readonly type: string;
  /** The payload in protobuf's binary format. */
  readonly payload: Uint8Array;
  /** Milliseconds since the Unix epoch. */
  readonly time: number;
  /** Where the event comes from, if anything is known of that. */
  readonly meta?: EventMeta;
}

/** A timeline entity as a store keeps it. */
export interface StoredEntity {
  readonly kind: string;
  readonly id: string;
  readonly createdOrdinal: bigint;
  /** Its place, from 0, among the entities that its event created. */
  readonly position: number;
  readonly lastEventOrdinal: bigint;
  /** The full name of the payload's message type. */
  readonly type: string;
  /** The payload in protobuf's binary format. Undefined for a tombstone. */
  readonly payload: Uint8Array | undefined;
}

/** The step that failed, of a failure on record. */
export type RecordedStep = "decode" | "ui-projection" | "timeline-projection";

/** A failure that stays on record until it is mended. */
export interface StoredError {
  readonly step: RecordedStep;
  /** The ordinal of the event, and its name. */
  readonly ordinal: bigint;
  readonly name: string;
  readonly message: string;
  /** Milliseconds since the Unix epoch. */
  readonly time: number;
}

/** What the timeline entities of a feature were folded under. */
export interface FeatureFold {
  /** The `timeline_version` of the feature, from 1. */
  readonly version: number;
  /** A hash of the schema of its timeline entities. */
  readonly hash: string;
}

/** What the stored timeline of a session was folded under: by the names of the features, in their order. */
export type FoldedUnder = Readonly<Record<string, FeatureFold>>;

/** A session without its timeline. */
export interface StoredSession {
  readonly metadata: Readonly<JsonObject>;
  /** The number of commits. A commit names the revision that it builds on. */
  readonly revision: number;
  /** The ordinal of the last event in the log. */
  readonly ordinal: bigint;
  /**
   * The ordinal of the last event that the stored timeline contains. The events above it
   * are not folded yet, unless the fold failed.
   */
  readonly cursor: bigint;
  /** The event at which the fold failed, and before which the timeline stops until a repair. */
  readonly failedAt: bigint | undefined;
  /**
   * Identifies a history of the timeline. A repair of the timeline renews it. A client with
   * another epoch must start over.
   */
  readonly epoch: string;
  /** What the stored timeline was folded under. Undefined if that is not known, or if nothing was folded yet. */
  readonly foldedUnder: FoldedUnder | undefined;
}

/** How far a session has come. */
export type SessionHead = Pick<StoredSession, "revision" | "epoch">;

/**
 * A checkpoint of a session: what its timeline was at an ordinal. It has all entities, or those that changed since the
 * checkpoint below, tombstones among them. So it is read from the last one that has all, its base, upwards.
 */
export interface Checkpoint {
  readonly ordinal: bigint;
  /** The ordinal of its base: its own if it has all entities. */
  readonly base: bigint;
  /** About how many bytes its own entities take, */
  readonly bytes: number;
  /** those of its base, */
  readonly baseBytes: number;
  /** and those of all after its base, up to itself. */
  readonly addedBytes: number;
}

/** The newest checkpoint of a session, as it is loaded. */
export interface LastCheckpoint extends Checkpoint {
  /**
   * The tombstones of the stored timeline that are of events above it, in no order. Undefined if the store does not have
   * all of them any more: then the next checkpoint has all entities.
   */
  readonly deletedSince: readonly StoredEntity[] | undefined;
}

/** A session with its timeline, read at one instant. */
export interface StoredTimeline extends StoredSession {
  /** Ordered by created ordinal, position, last event ordinal, kind and id. */
  readonly entities: readonly StoredEntity[];
  /** The runs that have not ended, in the order in which they were started. */
  readonly runs: readonly StoredRun[];
  /** The newest checkpoint, if there is one. */
  readonly checkpoint?: LastCheckpoint;
}

/** Names an idempotency key. Keys of different spaces never meet. */
export interface KeyName {
  readonly sessionId: string;
  /** Whose key it is. */
  readonly space: string;
  readonly key: string;
}

/** A process that has a key for work that is going on. */
export interface KeyOwner {
  /** Tells the claim from other claims on the key. */
  readonly token: string;
  /** The number of heartbeats of the process. Undefined if the process has left. */
  readonly beat: number | undefined;
}

/** What came of the work under an idempotency key. */
export interface KeyOutcome {
  /**
   * The ordinals of the first and the last event of the work. If the work published none,
   * both are the ordinal of the session's last event.
   */
  readonly firstOrdinal: bigint;
  readonly lastOrdinal: bigint;
  /** What the command was rejected with. */
  readonly rejection?: StoredRejection;
}

/** An idempotency key as a store keeps it. So the work under it is done once. */
export interface StoredKey {
  /** Identifies the work: its name and a hash of its payload. */
  readonly fingerprint: string;
  /** Undefined until the work has published something or is done. */
  readonly outcome: KeyOutcome | undefined;
  /** Who is at work. Undefined when the work is done. */
  readonly owner: KeyOwner | undefined;
}

/** What kinds of message a store keeps payloads of. */
export type StoredMark = "event" | "command" | "run";

/** The schema of what is stored under a name, as the program had it that stored it. */
export interface StoredDescriptor {
  readonly mark: StoredMark;
  readonly name: string;
  readonly version: number;
  /** The full name of the message type. */
  readonly type: string;
  /** A hash of the descriptor. Empty, like the descriptor, for what a release before 0.2 stored. */
  readonly hash: string;
  /** A google.protobuf.FileDescriptorSet in binary format, with the message and all that its fields refer to. */
  readonly descriptor: Uint8Array;
}
