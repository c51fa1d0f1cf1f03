import type { DescMessage } from "@bufbuild/protobuf";
import type {
  DescCommand,
  DescEvent,
  DescFeature,
  DescLoggedEvent,
  DescTimelineEntity,
  DescUiEvent,
} from "../../schema/descriptors.js";
import type { Payload, PayloadInit } from "../../schema/payload.js";
import type { TimelineChange } from "../../schema/timeline-change.js";
import type { UiEvent } from "../../schema/ui-event.js";
import type { Session, SessionInfo } from "../../session/session-info.js";
import type { TimelineView } from "../../timeline/view.js";

/** What `publish` resolves to: the event is durable. */
export interface Published {
  readonly ordinal: bigint;
}

/**
 * Publishes a backend event in the session. The order of the calls is the order
 * of the events, whether one waits for them or not. Resolves when the event is
 * durable; rejects when it was refused, and then it left no trace.
 */
export type Publish<Event extends DescEvent = DescEvent> = <D extends Event>(
  event: D,
  payload: PayloadInit<D["schema"]>,
) => Promise<Published>;

/** What a command handler is called with. */
export interface CommandContext<Command extends DescCommand = DescCommand, Emits extends DescEvent = DescEvent> {
  readonly name: Command["name"];
  /** The idempotency key, for systems that have such keys themselves; undefined without one. */
  readonly key: string | undefined;
  readonly payload: Payload<Command["schema"]>;
  readonly session: Session;
  /**
   * Aborted when the hub is closed by force and, without a key, when the caller of
   * `submit` gives up.
   */
  readonly signal: AbortSignal;
  readonly publish: Publish<Emits>;
  /**
   * Starts work that goes on after `submit` returned. `signal` is aborted by
   * `session.abortRuns()`, `session.abortRun(id)` and a forced close; what the
   * task publishes afterwards is still taken. Under a key the task begins when
   * the first event of the command is durable, or the handler has returned: the
   * handler must not wait for it before. An error that it throws is
   * reported to `onError`. Throws RUN_EXISTS when a run of that id is going on.
   */
  run(id: string, task: (signal: AbortSignal) => Promise<void>, options?: RunOptions): void;
}

/** How a run is started. */
export interface RunOptions {
  /** Milliseconds after which the run is aborted, which is reported to `onError`; none unless given. */
  readonly timeout?: number;
}

/** What a feature is called with when a session is opened. */
export interface OpenedContext<Emits extends DescEvent = DescEvent> {
  readonly session: Session;
  /** The timeline as it is. */
  readonly view: TimelineView;
  readonly publish: Publish<Emits>;
}

/** A backend event as projections and readers of the log see it. */
export interface BackendEvent<Event extends DescEvent = DescEvent> {
  readonly name: Event["name"];
  readonly payload: Payload<Event["schema"]>;
  readonly ordinal: bigint;
  /** When the event was ordered, in milliseconds since the Unix epoch. */
  readonly time: number;
  readonly session: SessionInfo;
}

/** What a UI projection's method for an event looks like. */
export type UiProjector<Event extends DescEvent, Ui extends DescUiEvent> = (
  event: BackendEvent<Event>,
  view: TimelineView,
) => readonly (Ui extends DescUiEvent ? UiEvent<Ui> : never)[];

/** What a timeline projection's method for an event looks like. */
export type TimelineProjector<Event extends DescEvent, Entity extends DescTimelineEntity> = (
  event: BackendEvent<Event>,
  view: TimelineView,
) => readonly (Entity extends DescTimelineEntity ? TimelineChange<Entity> : never)[];

/** An event of the log as an upcast is given it, on its way to one of today. */
export interface OldEvent<Event extends DescLoggedEvent = DescLoggedEvent, Version extends number = number> {
  readonly name: Event["name"];
  readonly payload: Payload<Event["schema"]>;
  /** The version that it is of: as published, or as the step before made it. */
  readonly version: Version;
  readonly ordinal: bigint;
  /** When the event was ordered, in milliseconds since the Unix epoch. */
  readonly time: number;
  readonly session: SessionInfo;
}

/**
 * What one step of an upcast looks like: it returns the payload of the event's
 * next version, or that of version 1 of the event that took its place.
 */
export type Upcaster<Event extends DescLoggedEvent, Successor extends DescLoggedEvent = Event> = (
  event: OldEvent<Event>,
) => PayloadInit<Successor["schema"]>;

/**
 * The projection method of an event that has no effect on a view. Naming the
 * event with it makes the decision visible.
 */
export const ignore = (): readonly never[] => [];

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
