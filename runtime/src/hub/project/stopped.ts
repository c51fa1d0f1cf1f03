import { SessionstreamError } from "../../base/errors.js";
import type { TimelineStop } from "../../session/timeline-stop.js";

/** What a timeline that stops keeps from being done. */
export function stoppedError(
  sessionId: string,
  what: string,
  { ordinal, name, reason }: TimelineStop,
): SessionstreamError {
  const why =
    reason === "failed"
      ? `its timeline stops before event ${ordinal}, "${name}", whose projection failed: mend the projection and retry`
      : `its timeline stops before event ${ordinal}, "${name}", which this program does not know: use a program that does, or list the name as retired`;
  return new SessionstreamError("TIMELINE_STALLED", `session "${sessionId}" ${what}: ${why}`, {
    sessionId,
    name,
    ordinal,
  });
}

/** What is reported of an event that this program does not know. */
export function unknownEvent(sessionId: string, { ordinal, name }: TimelineStop): SessionstreamError {
  return new SessionstreamError(
    "UNKNOWN_NAME",
    `session "${sessionId}" has an event "${name}" at ordinal ${ordinal} that this program does not know, so its timeline stops there in this process: a newer program may know it; if it is no more, list the name as retired`,
    { sessionId, name, ordinal },
  );
}
