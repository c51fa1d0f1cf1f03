import type { DescCommand } from "../../schema/command.js";
import type { DescEvent, EventDraft } from "../../schema/event.js";
import type { Payload, PayloadInit } from "../../schema/payload.js";
import type { RejectedError, RejectsOf } from "../../schema/rejection.js";
import type { DescRun, RunStart, RunStartOptions } from "../../schema/run.js";
import type { Identity } from "../../session/identity.js";
import type { TraceContext } from "../../store/event-meta.js";
import type { TimelineView } from "../../timeline/view.js";
import type { RejectionDetail, RejectOptions } from "./reject-options.js";
import type { Session } from "./session.js";

/** What `publish` resolves to: what was published is durable. */
export interface Published {
  /** Of the event, or of the last one; of the session's last event where there was none. */
  readonly ordinal: bigint;
}

/**
 * Publishes backend events in the session. The order of the calls is the order
 * of the events, whether one waits for them or not. Resolves when the event is
 * durable; rejects when it was refused, and then it left no trace.
 *
 * Several events, made with `of`, are committed together with ordinals that follow
 * each other: if one of them is refused, so are all. Runs that are started among them, made
 * with `start`, are committed with them, and begin then.
 */
export interface Publish<Event extends DescEvent = DescEvent> {
  <D extends Event>(event: D, payload: PayloadInit<D["schema"]>): Promise<Published>;
  (given: readonly DraftOf<Event>[]): Promise<Published>;
}

/** How events are published without a command. */
export interface PublishOptions {
  /** The idempotency key: what is published again under it in its session is stored once. */
  readonly key?: string;
  /** The ordinal of the session's event that led to this. */
  readonly cause?: bigint;
  /** The trace that this belongs to. */
  readonly trace?: TraceContext;
}

/** An event of a union of events, as `of` makes it, or the start of a run, as `start` makes it. */
export type DraftOf<Event extends DescEvent> = (Event extends DescEvent ? EventDraft<Event> : never) | RunStart;

/** Starts a run, in a commit of its own. Resolves when that is durable. */
export type Start = <D extends DescRun>(
  run: D,
  input: PayloadInit<D["schema"]>,
  options?: RunStartOptions,
) => Promise<StartedRun>;

/** A run that was started. */
export interface StartedRun {
  readonly id: string;
}

/** What decides by a view of the timeline: a synchronous function that changes nothing. */
export type Decision<Event extends DescEvent = DescEvent> = (view: TimelineView) => readonly DraftOf<Event>[];

/**
 * Makes a decision between two events of the session: nothing comes between what it
 * sees and what it publishes. The view is of one instant, and is not to be kept. The
 * events that the decision returns, made with `of`, are committed together, and the runs that it
 * starts with them; the decision does not see what follows from them. Resolves when they are durable.
 *
 * What the decision throws is what `decide` rejects with, and then nothing was written.
 * The caller hears of that, and of a decision that returned no events, once all that
 * the view contained is durable. Where that was refused, or another process was faster,
 * the decision is made again.
 * @throws TIMELINE_STALLED where the timeline stops before an event whose projection
 * failed or that this program does not know, INVALID_DECISION where something other than
 * an array of events is returned.
 */
export type Decide<Event extends DescEvent = DescEvent> = (decision: Decision<Event>) => Promise<Published>;

/** What a command handler receives. */
export interface CommandContext<Command extends DescCommand = DescCommand, Emits extends DescEvent = DescEvent> {
  readonly name: Command["name"];
  /** The idempotency key, to pass on to other systems with such keys. Undefined if the command has none. */
  readonly key: string | undefined;
  readonly payload: Payload<Command["schema"]>;
  /** Who asks, as the transport or the caller of `submit` says. */
  readonly identity: Identity;
  /** The trace that the command belongs to, to pass on. Undefined if its caller sent none. */
  readonly trace: TraceContext | undefined;
  readonly session: Session;
  /** Aborted when the hub is closed with `abort`. Without a key, also when the caller of `submit` gives up. */
  readonly signal: AbortSignal;
  readonly publish: Publish<Emits>;
  readonly decide: Decide<Emits>;
  /**
   * Makes the error that rejects the command, to be thrown from the handler or from a decision:
   * `throw reject("APPROVAL_CLOSED")`. The caller is told code, message and detail. A rejection is no
   * failure of the server: `onError` does not hear of it.
   * @throws INVALID_REJECTION for a code or a detail that the command does not declare, and
   * PAYLOAD_TYPE_MISMATCH or INVALID_PAYLOAD for a wrong detail.
   */
  reject<Code extends keyof RejectsOf<Command> & string>(
    code: Code,
    options?: RejectOptions<RejectionDetail<Command, Code>>,
  ): RejectedError;
  readonly start: Start;
  /**
   * Begins work that continues after `submit` has returned, and that dies with the process. For work
   * that must survive, start a run. `session.abortBackground()` and `hub.close({ abort: true })` abort
   * `signal`. The task can still publish after that. If the task throws, `onError` hears of it.
   * @throws BACKGROUND_EXISTS if the session has background work of that id, or INVALID_OPTION.
   */
  background(id: string, task: (signal: AbortSignal) => Promise<void>, options?: BackgroundOptions): void;
}

/** How background work begins. */
export interface BackgroundOptions {
  /** Milliseconds after which it is aborted. `onError` hears of it. By default, there is no limit. */
  readonly timeout?: number;
}
