import type { Snapshot, TimelineEntity } from "../timeline/snapshot.js";
import type { TimelineStop } from "./timeline-stop.js";
import type { UiBatch } from "./ui-batch.js";

/** What a client already has of a session. */
export interface ResumePoint {
  /** The ordinal of the client's last snapshot or delta. 0 if there was none, or if it was empty. */
  readonly since: bigint;
  /** The epoch of that snapshot or delta. "" if there was none. */
  readonly epoch: string;
}

/**
 * Why a client starts over. `new`: the client has no snapshot. `epoch`: the timeline was
 * repaired, has another history, or has other kinds of entities. `deleted`: the session that the
 * client has was deleted; another one may have begun under its id. `ahead`: the client's
 * ordinal is above the session's, as with an older copy of the store. `stalled`: the
 * timeline stops before an event whose projection failed, or that the server does not know.
 * `behind`: the client missed so many deletions that the server does not know them all any more.
 */
export type ResetReason = "new" | "epoch" | "deleted" | "ahead" | "stalled" | "behind";

/** The whole timeline, for a client that starts or starts over. */
export interface FullHydration {
  readonly mode: "reset";
  readonly reason: ResetReason;
  /** The history of the timeline. "" if there is none yet that a client could go on from. */
  readonly epoch: string;
  readonly snapshot: Snapshot;
  /** Where the timeline stops, if it does. */
  readonly stop: TimelineStop | undefined;
  /**
   * The UI events of the events that the timeline lacks since it stopped, in order: those above an ordinal, to the end
   * of the log. They are read as they are asked for. By default, those above the snapshot.
   */
  missed(above?: bigint): AsyncIterable<UiBatch>;
}

/** The changes since the client's last snapshot or delta: the last state of each entity that changed. */
export interface DeltaHydration {
  readonly mode: "delta";
  /** The history of the timeline. It is the same as the client's. */
  readonly epoch: string;
  readonly sessionId: string;
  /** The ordinal of the client's timeline after the delta. */
  readonly ordinal: bigint;
  /** In the order in which they were created. */
  readonly changed: readonly TimelineEntity[];
  readonly deleted: readonly DeletedEntity[];
}

/** An entity that was deleted. */
export type DeletedEntity = Omit<TimelineEntity, "payload">;

/** What a client starts or continues with. */
export type Hydration = FullHydration | DeltaHydration;
