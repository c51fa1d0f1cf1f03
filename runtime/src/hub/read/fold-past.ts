import type { SessionInfo } from "../../session/session-info.js";
import type { StoredEvent } from "../../store/stored.js";
import type { SkippedEvent } from "../../timeline/snapshot.js";
import type { Timeline } from "../../timeline/timeline.js";
import type { Failure, Fold } from "../project/fold.js";
import { unknownEvent } from "../project/stopped.js";

/** Folds an event, and goes on where it has no effect. Returns why it had none, if it had none. `past` advances. */
export function foldPast(
  past: Fold,
  event: StoredEvent,
  info: SessionInfo,
  timeline: Timeline,
): SkippedEvent | undefined {
  const { ordinal, name } = event;
  const failures: Failure[] = [];
  const unknown = past.applyStored(event, info, timeline, failures);
  timeline.cursor = ordinal;
  const message = unknown === undefined ? failures[0]?.record.message : unknownEvent(info.id, unknown).message;
  return message === undefined ? undefined : { ordinal, name, message };
}
