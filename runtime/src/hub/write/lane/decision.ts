import { SessionstreamError } from "../../../base/errors.js";
import type { TimelineView } from "../../../timeline/view.js";
import { stoppedError } from "../../project/stopped.js";
import type { LaneState } from "./lane-state.js";
import type { EncodedEvent } from "./publication.js";

/**
 * The events that a decision returns when its turn has come, on the timeline as it is then.
 * @throws TIMELINE_STALLED, and what the decision throws.
 */
export function decide(
  decision: (view: TimelineView) => readonly EncodedEvent[],
  { timeline, stop, info }: LaneState,
): readonly EncodedEvent[] {
  if (stop !== undefined) throw stoppedError(info.id, "cannot be decided on", stop);
  const { view, close } = ofOneInstant(timeline.view);
  try {
    return decision(view);
  } finally {
    close();
  }
}

/** A view for one decision: to read it later would show another instant. */
function ofOneInstant(live: TimelineView): { readonly view: TimelineView; close(): void } {
  let isOpen = true;
  const check = () => {
    if (isOpen) return;
    throw new SessionstreamError(
      "INVALID_DECISION",
      "a decision's view was read after the decision: read `session.timeline` for the timeline as it is now",
    );
  };
  return {
    view: {
      get: (entity, id) => {
        check();
        return live.get(entity, id);
      },
      list: (entity) => {
        check();
        return live.list(entity);
      },
    },
    close: () => {
      isOpen = false;
    },
  };
}
