import type { Snapshot, TimelineEntity } from "../timeline/snapshot.js";
import type { UiBatch } from "./ui-batch.js";

/** What a client has of a session already. */
export interface ResumePoint {
  /** The ordinal of the last snapshot or delta that it took; 0 for none, or for one of nothing. */
  readonly since: bigint;
  /** The epoch of that snapshot or delta; "" for none. */
  readonly epoch: string;
}

/**
 * Why a client begins anew. `new`: it has no snapshot. `epoch`: the timeline was
 * repaired, is of another history, or has other kinds of entities. `ahead`: the
 * client's ordinal is above the session's, as with an older copy of the store.
 * `stalled`: the timeline stands before an event whose projection failed.
 */
export type ResetReason = "new" | "epoch" | "ahead" | "stalled";

/** The whole timeline, for a client that begins or begins anew. */
export interface FullHydration {
  readonly mode: "reset";
  readonly reason: ResetReason;
  /** Which history of the timeline it is; "" where nothing was stored yet. */
  readonly epoch: string;
  readonly snapshot: Snapshot;
  /** The UI events of the events that the snapshot's timeline lacks, in order. */
  readonly missed: readonly UiBatch[];
}

/** What changed since the client was hydrated last: of each entity the last state. */
export interface DeltaHydration {
  readonly mode: "delta";
  /** Which history of the timeline it is: that which the client has. */
  readonly epoch: string;
  readonly sessionId: string;
  /** The ordinal that the client's timeline comes to. */
  readonly ordinal: bigint;
  /** Ordered by created ordinal, last event ordinal, kind and id. */
  readonly changed: readonly TimelineEntity[];
  readonly deleted: readonly DeletedEntity[];
}

/** An entity that is no more. */
export type DeletedEntity = Omit<TimelineEntity, "payload">;

/** What a client begins or goes on with. */
export type Hydration = FullHydration | DeltaHydration;
