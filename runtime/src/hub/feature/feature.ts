import type { DescMessage } from "@bufbuild/protobuf";
import type { DescEvent } from "../../schema/event.js";
import type { DescFeature } from "../../schema/feature.js";
import type { PayloadInit } from "../../schema/payload.js";
import type { TimelineChange } from "../../schema/timeline-entity.js";
import type { UiEvent } from "../../schema/ui-event.js";
import type { TimelineView } from "../../timeline/view.js";
import type { BackendEvent } from "./backend-event.js";
import type { CommandContext, Publish } from "./command-context.js";
import type { Session } from "./session.js";
import type { OldEvent } from "./upcast.js";

/** What a feature is called with when a session is opened. */
export interface OpenedContext<Emits extends DescEvent = DescEvent> {
  readonly session: Session;
  /** The timeline as it is. */
  readonly view: TimelineView;
  readonly publish: Publish<Emits>;
}

/**
 * A feature with its implementation, as a Hub takes it. The generated
 * `…Feature` function makes one.
 *
 * Projections are pure functions of the event, the session and the view: they
 * may run again at any time, for a retry, a rebuild or a snapshot of the past.
 * The view shows the timeline as it was before the event.
 */
export interface Feature {
  readonly desc: DescFeature;
  handle?(context: CommandContext): void | Promise<void>;
  ui?(event: BackendEvent, view: TimelineView): readonly UiEvent[];
  timeline?(event: BackendEvent, view: TimelineView): readonly TimelineChange[];
  /**
   * Called with an event of the log that is of an older version, or that is
   * superseded; returns the payload of the version that comes next, or that of
   * version 1 of its successor. It is called again with what comes of it, until
   * that is an event of today: given version 1 of an event whose version is 3, it
   * returns version 2, and is then given that. Needed where the feature has such
   * events. It is as pure as a projection, and never changes what is stored.
   */
  upcast?(event: OldEvent): PayloadInit<DescMessage>;
  /**
   * Called when a session is taken into memory, before its first command is
   * handled, and when a client begins to follow it. No run of this process is
   * going on then: what the timeline shows to be going on was interrupted, unless
   * another process is at it.
   */
  opened?: ((context: OpenedContext) => void | Promise<void>) | undefined;
}
