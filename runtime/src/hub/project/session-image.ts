import type { SessionInfo } from "../../session/session-info.js";
import type { TimelineStop } from "../../session/timeline-stop.js";
import type { TimelineImage } from "../../timeline/image.js";

/** What is durable of a session, at one instant. */
export interface SessionImage {
  readonly info: SessionInfo;
  /** 0 if nothing is stored. */
  readonly revision: number;
  /** Of the timeline. "" if it has no history that a client could go on from. */
  readonly epoch: string;
  /** Of the last event in the log. */
  readonly ordinal: bigint;
  /** Where the timeline stops in this process, if it does. */
  readonly stop: TimelineStop | undefined;
  readonly timeline: TimelineImage;
}
