import { isSessionstreamError } from "../../../base/errors.js";
import type { SessionInfo } from "../../../session/session-info.js";
import type { TimelineStop } from "../../../session/timeline-stop.js";
import type { TracedTimeline } from "../../../timeline/traced-timeline.js";
import type { Checkpoints } from "../../project/checkpoints.js";
import type { SessionHost } from "./session-host.js";

/** What a lane knows of a session of which checkpoints are made. */
export interface PastState {
  readonly info: SessionInfo;
  readonly epoch: string;
  readonly timeline: TracedTimeline;
  readonly stop: TimelineStop | undefined;
  readonly failedAt: bigint | undefined;
  readonly storedCursor: bigint;
  /** Where the stored timeline is another program's. */
  readonly foreign: object | undefined;
  /** Of this epoch. */
  checkpoints: Checkpoints;
}

/**
 * Makes a checkpoint if one is due, beside all else. Only of what the store has: that is the history of all processes,
 * whatever another one could not fold.
 */
export function keepPast(host: SessionHost, state: PastState): void {
  const { info, epoch, checkpoints, timeline, stop, failedAt, storedCursor, foreign } = state;
  if (!checkpoints.isDue || stop !== undefined || failedAt !== undefined || foreign !== undefined) return;
  if (timeline.durableCursor !== storedCursor) return;
  checkpoints.make(host, info.id, epoch, timeline).catch((error: unknown) => {
    if (isSessionstreamError(error, "CLOSED")) return;
    host.report({ step: "checkpoint", sessionId: info.id, ordinal: storedCursor, error });
  });
}
