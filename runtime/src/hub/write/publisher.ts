import { SessionstreamError } from "../../base/errors.js";
import { show } from "../../base/show.js";
import { type DescEvent, EventDraft } from "../../schema/event.js";
import type { SchemaRegistry } from "../../schema/registry.js";
import type { EventMeta } from "../../store/event-meta.js";
import type { TimelineView } from "../../timeline/view.js";
import type { Decide, Decision, Publish, Published } from "../feature/command-context.js";
import type { KeyedWork } from "./lane/keyed-work.js";
import type { Lane } from "./lane/lane.js";
import { type EncodedEvent, encodedDraft, encodeEvent, type Publication } from "./lane/publication.js";
import type { SessionHost } from "./lane/session-host.js";

/** Gives a piece of work its publisher. Both functions check what they are given at once. */
export interface Publisher {
  readonly publish: Publish;
  readonly decide: Decide;
}

/** What `publish` is given: an event, whose payload follows, or several events made with `of`. */
export type Publishable = DescEvent | readonly EventDraft[];

/** Whether it is several events. Unlike Array.isArray, it leaves the type of what is no array as it is. */
export function isList(given: unknown): given is readonly EventDraft[] {
  return Array.isArray(given);
}

/** Takes events, or what decides them, into the lane's order. Resolves when they are durable. */
export function enqueue(lane: Lane, events: Publication["events"], { claim, meta }: Origin): Promise<Published> {
  return new Promise((resolve, reject) => {
    lane.enqueue({ events, claim, meta, resolve, reject });
  });
}

/** What events are published for. */
export interface Origin {
  /** The work under an idempotency key. */
  readonly claim?: KeyedWork | undefined;
  readonly meta?: EventMeta | undefined;
}

/**
 * Checks and encodes what `publish` is given.
 * @throws UNKNOWN_NAME, PAYLOAD_TYPE_MISMATCH or INVALID_PAYLOAD.
 */
export function encodeGiven(
  registry: SchemaRegistry,
  sessionId: string,
  given: Publishable,
  init: object = {},
): readonly EncodedEvent[] {
  if (!isList(given)) return [encodeEvent(registry, sessionId, given, init)];
  const wrong = given.findIndex((each) => !(each instanceof EventDraft));
  if (wrong === -1) return encodeDrafts(registry, sessionId, given);
  throw new SessionstreamError(
    "PAYLOAD_TYPE_MISMATCH",
    `publish was given ${show(given[wrong])} among events, want each made with of() of its descriptor`,
    { sessionId },
  );
}

function encodeDrafts(
  registry: SchemaRegistry,
  sessionId: string,
  drafts: readonly EventDraft[],
): readonly EncodedEvent[] {
  return drafts.map((draft) => encodedDraft(registry, sessionId, draft));
}

/** The events that a decision returns. Throws INVALID_DECISION where it returns something else. */
function decide({ registry }: SessionHost, sessionId: string, returned: unknown): readonly EncodedEvent[] {
  if (isList(returned) && returned.every((each) => each instanceof EventDraft)) {
    return encodeDrafts(registry, sessionId, returned);
  }
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
  { claim, meta }: Origin = {},
): Promise<bigint | undefined> {
  const publishing: Promise<Published>[] = [];
  let returned = false;
  let handled = false;
  let last: bigint | undefined;
  /** Like `last`, but only of what had events. */
  let cause: bigint | undefined;
  /** What runs publish follows from what the handler published. */
  const later = (): Origin => ({ meta: cause === undefined ? meta : { ...meta, cause } });
  /** Waits for what the work publishes, whether the work does or not. */
  const track = (
    name: string | undefined,
    publish: (origin: Origin) => Promise<Published>,
    hasEvents: () => boolean,
  ) => {
    // What runs publish once the handler returned is not the handler's any more.
    const own = !returned;
    const published = publish(own ? { claim, meta } : later());
    if (own) publishing.push(published);
    // Whoever does not wait for the outcome must not end the process by it.
    published.then(
      (done) => {
        if (!own) return;
        last = done.ordinal;
        if (hasEvents()) cause = done.ordinal;
      },
      (error: unknown) => {
        if (own && !handled) return;
        // That the hub left this work is reported already.
        if (error === lane.refusal) return;
        host.report({ step: "publish", sessionId: lane.id, ...(name !== undefined && { name }), error });
      },
    );
    return published;
  };
  const publish = (given: Publishable, init?: object) =>
    track(
      isList(given) ? given[0]?.desc?.name : given?.name,
      ({ claim, meta }) =>
        // What is wrong with it is told by the promise, too.
        new Promise((resolve, reject) => {
          lane.enqueue({ events: encodeGiven(host.registry, lane.id, given, init), claim, meta, resolve, reject });
        }),
      () => !isList(given) || given.length > 0,
    );
  const deciding = (decision: Decision) => {
    // Of the last time that it was made.
    let count = 0;
    const decideOn = (view: TimelineView) => {
      const events = decide(host, lane.id, decision(view));
      count = events.length;
      return events;
    };
    return track(
      undefined,
      (origin) => enqueue(lane, decideOn, origin),
      () => count > 0,
    );
  };
  try {
    await work({ publish: publish as Publish, decide: deciding });
  } catch (thrown) {
    // The caller hears of this; of what is refused besides, nobody would.
    returned = handled = true;
    await Promise.allSettled(publishing);
    throw thrown;
  }
  returned = true;
  const outcomes = await Promise.allSettled(publishing);
  handled = true;
  const refused = outcomes.find((outcome) => outcome.status === "rejected");
  if (refused !== undefined) throw refused.reason;
  return last;
}
