import { SessionstreamError } from "../../base/errors.js";
import { show } from "../../base/show.js";
import type { DescEvent, EventDraft } from "../../schema/event.js";
import type { DescRun, RunStart, RunStartOptions } from "../../schema/run.js";
import type { EventMeta } from "../../store/event-meta.js";
import type { Decide, Decision, Publish, Published, Start } from "../feature/command-context.js";
import type { RunPublishOptions } from "../feature/run-context.js";
import { arePublishable, type Content, encodeDrafts, encodeEvent } from "./lane/content.js";
import { decide } from "./lane/decision.js";
import type { KeyedWork } from "./lane/keyed-work.js";
import type { Lane } from "./lane/lane.js";
import type { LaneState } from "./lane/lane-state.js";
import type { Publication } from "./lane/publication.js";
import type { RunAttempt } from "./lane/runs.js";
import type { SessionHost } from "./lane/session-host.js";
import { Tracked } from "./tracked.js";

/** Gives a piece of work its publisher. All functions check what they are given at once. */
export interface Publisher {
  readonly publish: Publish;
  readonly decide: Decide;
  readonly start: Start;
}

/** What `publish` is given: an event, whose payload follows, or several made with `of`, and runs made with `start`. */
export type Publishable = DescEvent | readonly (EventDraft | RunStart)[];

/** Whether it is several. Unlike Array.isArray, it leaves the type of what is no array as it is. */
export function isList(given: unknown): given is readonly (EventDraft | RunStart)[] {
  return Array.isArray(given);
}

/** Takes content, or what makes it, into the lane's order. Resolves when it is durable. */
export function enqueue(lane: Lane, content: Publication["content"], by: Origin): Promise<Published> {
  return new Promise((resolve, reject) => {
    const { claim, meta, run, since } = by;
    lane.enqueue({ content, claim, meta, run, since, resolve, reject });
  });
}

/** Encodes what is given, and enqueues it. What is wrong with it is told by the promise, too. */
function enqueueGiven(
  lane: Lane,
  host: SessionHost,
  { claim, meta, run, since }: Origin,
  given: Publishable,
  init?: object,
): Promise<Published> {
  return new Promise((resolve, reject) => {
    lane.enqueue({ content: encodeGiven(host, lane.id, given, init), claim, meta, run, since, resolve, reject });
  });
}

/** What is wrong with the content is told by the promise, too. */
async function enqueueKeyed(key: string, keyed: PublishKeyed, content: () => Content, by: Origin): Promise<Published> {
  return keyed(key, content(), by);
}

/** Publishes content under an idempotency key. */
export type PublishKeyed = (key: string, content: Content, origin: Origin) => Promise<Published>;

/** What is published for, and by whom. */
export interface Origin {
  /** The work under an idempotency key. */
  readonly claim?: KeyedWork | undefined;
  readonly meta?: EventMeta | undefined;
  /** The attempt of a run. */
  readonly run?: RunAttempt | undefined;
  /** How often the session had been deleted when the work began: its publications are none of a later session. */
  readonly since?: number | undefined;
}

/**
 * Checks and encodes what `publish` is given.
 * @throws UNKNOWN_NAME, PAYLOAD_TYPE_MISMATCH, INVALID_PAYLOAD or PAYLOAD_TOO_LARGE.
 */
export function encodeGiven(host: SessionHost, sessionId: string, given: Publishable, init: object = {}): Content {
  return isList(given) ? encodeDrafts(host, sessionId, given) : { events: [encodeEvent(host, sessionId, given, init)] };
}

/** What makes the content of a decision when its turn has come. */
export function decided(host: SessionHost, sessionId: string, decision: Decision): (state: LaneState) => Content {
  return (state) => decide((view) => encodeDrafted(host, sessionId, decision(view)), state);
}

/**
 * Encodes what a decision returned.
 * @throws INVALID_DECISION where that is no array of drafts.
 */
export function encodeDrafted(host: SessionHost, sessionId: string, returned: unknown): Content {
  if (isList(returned) && arePublishable(returned)) return encodeDrafts(host, sessionId, returned);
  // Otherwise a rejected promise of a wrongly async decision would end the process.
  if (returned instanceof Promise) returned.catch(() => {});
  const got = returned instanceof Promise ? "a promise; decisions are synchronous" : show(returned);
  throw new SessionstreamError(
    "INVALID_DECISION",
    `a decision returned ${got}, want an array of events, each made with of() of its descriptor`,
    { sessionId },
  );
}

/**
 * Gives work a publisher, and waits for the work and for all that it published,
 * also where it fails. Resolves to the last ordinal that the work published before
 * it returned; rejects with what the work throws, or with the first refusal.
 */
export async function whilePublishing(
  lane: Lane,
  host: SessionHost,
  work: (publisher: Publisher) => void | Promise<void>,
  { keyed, ...by }: Origin & { readonly keyed?: PublishKeyed } = {},
): Promise<bigint | undefined> {
  const own = new Tracked();
  const origin: Origin = { ...by, since: lane.deletions };
  let last: bigint | undefined;
  /** Like `last`, but only of what had events. */
  let cause: bigint | undefined;
  let isOver = false;
  let isTold = false;
  /** What goes on after the work returned follows from what it published. */
  const later = (): Origin => {
    const { meta, run, since } = origin;
    return { run, since, meta: cause === undefined ? meta : { ...meta, cause } };
  };
  /** Waits for what the work publishes, whether the work does or not. */
  const track = (
    name: string | undefined,
    publish: (origin: Origin) => Promise<Published>,
    hasEvents: () => boolean,
  ): Promise<Published> => {
    // What is published once the work returned is not its own any more.
    const isOwn = !isOver;
    const published = publish(isOwn ? origin : later());
    if (isOwn) own.add(published);
    // Whoever does not wait for the outcome must not end the process by it.
    published.then(
      (done) => {
        if (!isOwn) return;
        last = done.ordinal;
        if (hasEvents()) cause = done.ordinal;
      },
      (error: unknown) => {
        if (isOwn && !isTold) return;
        // That the hub left this work is reported already.
        if (error === lane.refusal) return;
        host.report({ step: "publish", sessionId: lane.id, ...(name !== undefined && { name }), error });
      },
    );
    return published;
  };
  const publish = (given: Publishable, second?: object, third?: object) => {
    const [init, options] = isList(given) ? [undefined, second] : [second, third];
    const { key } = (options ?? {}) as RunPublishOptions;
    return track(
      isList(given) ? given[0]?.desc?.name : given?.name,
      (by) =>
        key === undefined || keyed === undefined
          ? enqueueGiven(lane, host, by, given, init)
          : enqueueKeyed(key, keyed, () => encodeGiven(host, lane.id, given, init), by),
      () => !isList(given) || given.length > 0,
    );
  };
  const deciding = (decision: Decision) => {
    let hasEvents = false;
    const content = decided(host, lane.id, decision);
    const counted = (state: LaneState) => {
      const made = content(state);
      // Of the last time that it was made.
      hasEvents = made.events.length > 0;
      return made;
    };
    return track(
      undefined,
      (by) => enqueue(lane, counted, by),
      () => hasEvents,
    );
  };
  const start = async <D extends DescRun>(run: D, input: object, options?: RunStartOptions) => {
    const draft = run.start(input, options);
    await track(
      run.name,
      (by) => enqueueGiven(lane, host, by, [draft]),
      () => false,
    );
    return { id: draft.id };
  };
  try {
    await work({ publish: publish as Publish, decide: deciding, start });
  } catch (thrown) {
    // The caller hears of this; of what is refused besides, nobody would.
    isOver = isTold = true;
    await own.settled();
    throw thrown;
  }
  isOver = true;
  await own.settled();
  isTold = true;
  own.throwRefusal();
  return last;
}
