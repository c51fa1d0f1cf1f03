import { SessionstreamError } from "../../../base/errors.js";
import type { Payload } from "../../../schema/payload.js";
import type { DescTimelineEntity, IdOf } from "../../../schema/timeline-entity.js";
import type { TimelineView } from "../../../timeline/view.js";
import { stoppedError } from "../../project/stopped.js";
import type { Content } from "./content.js";
import type { LaneState } from "./lane-state.js";

/**
 * What a decision returns when its turn has come, on the timeline as it is then.
 * @throws TIMELINE_STALLED, and what the decision throws.
 */
export function decide(decision: (view: TimelineView) => Content, { timeline, stop, info }: LaneState): Content {
  if (stop !== undefined) throw stoppedError(info.id, "cannot be decided on", stop);
  const view = new InstantView(timeline.view);
  try {
    return decision(view);
  } finally {
    view.end();
  }
}

/** A view for one decision: to read it later would show another instant. */
class InstantView implements TimelineView {
  readonly #live: TimelineView;
  #isOver = false;

  constructor(live: TimelineView) {
    this.#live = live;
  }

  get<D extends DescTimelineEntity>(entity: D, id: IdOf<D>): Payload<D["schema"]> | undefined {
    this.#check();
    return this.#live.get(entity, id);
  }

  list<D extends DescTimelineEntity>(entity: D): readonly Payload<D["schema"]>[] {
    this.#check();
    return this.#live.list(entity);
  }

  end(): void {
    this.#isOver = true;
  }

  #check(): void {
    if (!this.#isOver) return;
    throw new SessionstreamError(
      "INVALID_DECISION",
      "a decision's view was read after the decision: read `session.timeline` for the timeline as it is now",
    );
  }
}
