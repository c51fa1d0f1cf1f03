import type { DescMessage } from "@bufbuild/protobuf";
import type { DescEvent } from "../../schema/event.js";
import type { DescFeature } from "../../schema/feature.js";
import type { PayloadInit } from "../../schema/payload.js";
import type { TimelineChange } from "../../schema/timeline-entity.js";
import type { UiEvent } from "../../schema/ui-event.js";
import type { TimelineView } from "../../timeline/view.js";
import type { BackendEvent } from "./backend-event.js";
import type { CommandContext, DraftOf } from "./command-context.js";
import type { RunContext, RunEnd } from "./run-context.js";
import type { OldEvent } from "./upcast.js";

/**
 * A feature with its implementation, for a hub. The generated `…Feature` function makes
 * one.
 *
 * Projections are pure functions of the event, the session and the view. They may run
 * again at any time: for a retry, a rebuild or a snapshot of the past. The view shows the
 * timeline before the event.
 */
export interface Feature {
  readonly desc: DescFeature;
  handle?(context: CommandContext): void | Promise<void>;
  ui?(event: BackendEvent, view: TimelineView): readonly UiEvent[];
  timeline?(event: BackendEvent, view: TimelineView): readonly TimelineChange[];
  /**
   * Turns an old event of the log one step towards an event of today. For an event of an
   * older version, it returns the payload of the next version. For a superseded event, it
   * returns the payload of version 1 of the successor. The hub calls it again with the
   * result, until the event is one of today. For example, an event of version 1 whose
   * version is 3 takes two calls.
   *
   * A feature with such events must have it. It is as pure as a projection, and never
   * changes the log.
   */
  upcast?(event: OldEvent): PayloadInit<DescMessage>;
  /** Does the work of a run. */
  run?(context: RunContext): void | Promise<void>;
  /** Decides what is committed with the end of a run. A feature with runs must have it. */
  ended?(view: TimelineView, end: RunEnd): readonly DraftOf<DescEvent>[];
}
