import type { DescEvent } from "../../schema/event.js";
import type { Payload, PayloadInit } from "../../schema/payload.js";
import type { DescRun } from "../../schema/run.js";
import type { DescTimelineEntity, IdOf } from "../../schema/timeline-entity.js";
import type { EventMeta } from "../../store/event-meta.js";
import type { RunOutcome } from "../../store/stored-run.js";
import type { TimelineView } from "../../timeline/view.js";
import type { Decide, DraftOf, Published, Start } from "./command-context.js";
import type { Session } from "./session.js";

/** What a run receives. It is called once for each attempt. */
export interface RunContext<Run extends DescRun = DescRun, Emits extends DescEvent = DescEvent> {
  readonly name: Run["name"];
  /** Unique in the session. */
  readonly id: string;
  readonly input: Payload<Run["schema"]>;
  /** Who and what started the run. `cause` is the ordinal of the event that it was started with. */
  readonly startedBy: EventMeta;
  /** When it was started, in milliseconds since the Unix epoch: the same for each attempt. */
  readonly startedAt: number;
  /** 1, and one more each time that the run is tried again: after a failure, or on another process. */
  readonly attempt: number;
  readonly session: Session;
  /**
   * Aborted when this attempt is over: with RUN_CANCELLED, with RUN_LOST where another process has
   * the run, or with CLOSED where the hub closes and gives it up.
   */
  readonly signal: AbortSignal;
  readonly publish: RunPublish<Emits>;
  readonly decide: Decide<Emits>;
  readonly start: Start;
  readonly waitFor: WaitFor;
  /**
   * Waits until a run of the session has ended.
   * @throws UNKNOWN_RUN if there is none of that id.
   */
  waitForRun(id: string, options?: WaitOptions): Promise<RunOutcome>;
  /** Waits until a time, in milliseconds since the Unix epoch. A new attempt waits until the same time. */
  sleepUntil(time: number, options?: Pick<WaitOptions, "signal">): Promise<void>;
  readonly coalesce: Coalesce<Emits>;
}

/**
 * Publishes like a command's `publish`. A key belongs to the run, not to the attempt: what is
 * published again under it is not stored again, whatever its payload is by then.
 */
export interface RunPublish<Event extends DescEvent = DescEvent> {
  <D extends Event>(event: D, payload: PayloadInit<D["schema"]>, options?: RunPublishOptions): Promise<Published>;
  (given: readonly DraftOf<Event>[], options?: RunPublishOptions): Promise<Published>;
}

/** How a run publishes. */
export interface RunPublishOptions {
  /** 1 to 255 visible ASCII characters. */
  readonly key?: string;
}

/** How a run waits. */
export interface WaitOptions {
  /** Ends the wait, which then rejects with the signal's reason. The run's own signal does that in any case. */
  readonly signal?: AbortSignal;
}

/** How a run waits for something that may never come. */
export interface WaitUntilOptions extends WaitOptions {
  /** When the wait is over, in milliseconds since the Unix epoch: a new attempt does not wait longer. */
  readonly until: number;
}

/**
 * Waits until an entity of the session's timeline exists, and is as the predicate wants it. Resolves
 * to the entity, as it is then; all that it shows is durable. With `until`, resolves to undefined
 * once that time has come. Where the timeline has stopped, the wait goes on.
 */
export interface WaitFor {
  <D extends DescTimelineEntity>(
    entity: D,
    id: IdOf<D>,
    predicate: (entity: Payload<D["schema"]>) => boolean,
    options: WaitUntilOptions,
  ): Promise<Payload<D["schema"]> | undefined>;
  <D extends DescTimelineEntity>(
    entity: D,
    id: IdOf<D>,
    predicate?: (entity: Payload<D["schema"]>) => boolean,
    options?: WaitOptions,
  ): Promise<Payload<D["schema"]>>;
}

/**
 * Makes a function that takes many small events and publishes few: it merges those that follow
 * each other. What it holds is published when it has `every` of them, after `within` milliseconds, and
 * before anything else that the run publishes, decides, waits for, starts or ends with. Await it:
 * it resolves once there is room, and rejects with what an earlier one was refused for.
 *
 * @example
 * ```ts
 * const write = coalesce(ChatTokensDelta, (a, b) => ({ ...a, chunk: a.chunk + b.chunk }), { every: 50 });
 * for await (const chunk of answer(prompt, signal)) await write({ messageId, chunk });
 * ```
 */
export type Coalesce<Event extends DescEvent = DescEvent> = <D extends Event>(
  event: D,
  merge: (earlier: Payload<D["schema"]>, later: Payload<D["schema"]>) => PayloadInit<D["schema"]>,
  options?: CoalesceOptions,
) => (payload: PayloadInit<D["schema"]>) => Promise<void>;

/** When merged events are published. */
export interface CoalesceOptions {
  /** How many events are merged at most. The default is 50. */
  readonly every?: number;
  /** How long an event is held at most, in milliseconds. The default is 100. */
  readonly within?: number;
}

/** What the decision receives that ends a run. */
export interface RunEnd<Run extends DescRun = DescRun> {
  readonly name: Run["name"];
  readonly id: string;
  readonly input: Payload<Run["schema"]>;
  readonly outcome: RunOutcome;
}

/**
 * Decides what is committed with the end of a run. It is a pure function, and runs in whichever
 * process ends the run, also where the process that worked on it is dead. Use `ignore` where
 * nothing is to be told.
 */
export type RunEnded<Run extends DescRun = DescRun, Emits extends DescEvent = DescEvent> = (
  view: TimelineView,
  end: RunEnd<Run>,
) => readonly DraftOf<Emits>[];

/** What does a run, and what ends it. A process without the first leaves the work to others, and can end it. */
export interface RunFunctions {
  readonly run: RunImplementation["run"] | undefined;
  readonly ended: RunEnded;
}

/** The implementation of a run. */
export interface RunImplementation<Run extends DescRun = DescRun, Emits extends DescEvent = DescEvent> {
  /**
   * Does the work. It is called again, from its beginning, where an attempt failed or its process
   * ended: the timeline tells how far the work came.
   */
  run(context: RunContext<Run, Emits>): void | Promise<void>;
  readonly ended: RunEnded<Run, Emits>;
}
