import { SessionstreamError } from "../../../base/errors.js";
import type { TimelineView } from "../../../timeline/view.js";
import type { LaneState } from "./lane-state.js";
import type { EncodedEvent, Publication } from "./publication.js";

/** What comes of a publication when its turn has come. */
interface Decided {
  readonly events: readonly EncodedEvent[];
  /** What to tell the publisher once all that was seen is durable, where there are no events. */
  readonly answer: (() => void) | undefined;
}

/** The events of a publication: those that were given, or those that it decides now. */
export function eventsOf({ events, resolve, reject }: Publication, { timeline, ordinal, info }: LaneState): Decided {
  if (typeof events !== "function") return answered(events, () => resolve({ ordinal }));
  try {
    if (timeline.cursor !== ordinal) throw stalled(info.id, timeline.cursor);
    const { view, close } = ofOneInstant(timeline.view);
    try {
      return answered(events(view), () => resolve({ ordinal }));
    } finally {
      close();
    }
  } catch (thrown) {
    return { events: [], answer: () => reject(thrown) };
  }
}

function answered(events: readonly EncodedEvent[], answer: () => void): Decided {
  return { events, answer: events.length === 0 ? answer : undefined };
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

function stalled(sessionId: string, cursor: bigint): SessionstreamError {
  return new SessionstreamError(
    "TIMELINE_STALLED",
    `session "${sessionId}" cannot be decided on: its timeline stands after event ${cursor}, before one whose projection failed: mend the projection and retry`,
    { sessionId, ordinal: cursor },
  );
}
