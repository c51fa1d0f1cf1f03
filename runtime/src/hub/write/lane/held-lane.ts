import type { SessionInfo } from "../../../session/session-info.js";
import type { TimelineStop } from "../../../session/timeline-stop.js";
import type { TimelineView } from "../../../timeline/view.js";
import type { CommitContent, LaneState } from "./lane-state.js";

/** A lane that waits while work on its session goes on. */
export interface HeldLane {
  readonly state: LaneState;
  /**
   * Makes something durable by itself.
   * @throws ORDINAL_CONFLICT or STORE_FAILED.
   */
  commit(content: CommitContent): Promise<void>;
}

/** Where a session's events and timeline stand. */
export interface LaneStatus {
  readonly info: SessionInfo;
  /** Of the timeline. */
  readonly epoch: string;
  readonly ordinal: bigint;
  readonly cursor: bigint;
  readonly stop: TimelineStop | undefined;
  /** The timeline in memory. */
  readonly view: TimelineView;
}
