import { SessionstreamError } from "../base/errors.js";
import { aBoolean, aFunction, anObject, checkOptions, wholeNumber } from "../base/option.js";
import type { TimelineStop } from "../session/timeline-stop.js";
import { matchOf } from "../store/folded-under.js";
import { sessionIds } from "../store/session-ids.js";
import type { FoldedUnder, StoredSession } from "../store/stored.js";
import { type FoldDifference, Refold, type RefoldSource } from "./project/refold.js";
import type { ActiveSessions } from "./write/active-sessions.js";
import type { Closing } from "./write/closing.js";

/** How all sessions are rebuilt that need it. */
export interface RebuildAllOptions {
  /** How many sessions are folded at once, from 1 to 100. The default is 1: others wait the least. */
  readonly concurrency?: number;
  /** Writes nothing, and tells `onProgress` what would be other. The default is false. */
  readonly dryRun?: boolean;
  /** Told of each session when it is done. */
  readonly onProgress?: (progress: RebuildAllProgress) => void;
  /** Ends it, after the sessions that are being folded: it rejects with the reason. */
  readonly signal?: AbortSignal;
}

/** How far it has come. */
export interface RebuildAllProgress {
  /** The session that is done now. */
  readonly sessionId: string;
  /** How many sessions are done, with this one. */
  readonly done: number;
  /** How many of these were folded again, or would be. */
  readonly rebuilt: number;
  /** In a dry run, of a session that would be folded again: what would be other. */
  readonly difference?: RebuildDifference;
}

/** How many entities a session would have more, otherwise, and no more. */
export interface RebuildDifference extends FoldDifference {
  /** Where its timeline would stop. Undefined if it would not. */
  readonly stop: TimelineStop | undefined;
}

/** What came of it. */
export interface RebuiltAll {
  /** How many sessions there are. */
  readonly sessions: number;
  /** How many of them were folded again, or would be. */
  readonly rebuilt: number;
  /** The timelines of how many of these stop before an event now, or would. */
  readonly stopped: number;
}

/** What of a hub it needs. */
interface RebuildAllHost extends RefoldSource {
  readonly foldedUnder: FoldedUnder;
  readonly sessions: ActiveSessions;
  readonly closing: Closing;
}

/** A session that was folded again, or would be. */
interface Rebuilt {
  readonly stop: TimelineStop | undefined;
  readonly difference?: RebuildDifference;
}

/** Loads each session that was folded under another schema or a lower version, so that it is folded again. */
export async function rebuildAll(host: RebuildAllHost, options: RebuildAllOptions = {}): Promise<RebuiltAll> {
  checkOptions("rebuildAll", options, {
    concurrency: wholeNumber(1, 100),
    dryRun: aBoolean,
    onProgress: aFunction,
    signal: anObject,
  });
  const { concurrency = 1, dryRun = false, onProgress, signal } = options;
  const ids = sessionIds(host.store);
  const counts = { done: 0, rebuilt: 0, stopped: 0 };
  let hasFailed = false;
  const work = async () => {
    for (;;) {
      signal?.throwIfAborted();
      if (host.closing.hasBegun) throw new SessionstreamError("CLOSED", "the hub is closed");
      const { value: id, done } = await ids.next();
      if (done === true || hasFailed) return;
      const rebuilt = dryRun ? await tryFold(host, id) : await fold(host, id);
      counts.done++;
      if (rebuilt !== undefined) counts.rebuilt++;
      if (rebuilt?.stop !== undefined) counts.stopped++;
      const difference = rebuilt?.difference && { difference: rebuilt.difference };
      onProgress?.({ sessionId: id, done: counts.done, rebuilt: counts.rebuilt, ...difference });
    }
  };
  const workers = Array.from({ length: concurrency }, () =>
    work().catch((thrown: unknown) => {
      hasFailed = true;
      throw thrown;
    }),
  );
  // Nothing goes on once it is over.
  const failed = (await Promise.allSettled(workers)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
  return { sessions: counts.done, rebuilt: counts.rebuilt, stopped: counts.stopped };
}

/** Undefined where it was not necessary, or is not for this program to do. */
async function fold({ store, sessions, foldedUnder }: RebuildAllHost, id: string): Promise<Rebuilt | undefined> {
  const isDue = async () => {
    const stored = await store.session(id);
    return stored !== undefined && isOtherwise(foldedUnder, stored);
  };
  if (!(await isDue())) return undefined;
  return sessions.during(id, async (session) => {
    const { stop } = await session.status();
    if (!(await isDue())) return { stop };
    // It was in memory, as another program has it that is of another release.
    await session.loadAnew();
    return (await isDue()) ? undefined : session.status();
  });
}

/** What is other where it would be folded again. Undefined where it would not. */
async function tryFold(host: RebuildAllHost, id: string): Promise<Rebuilt | undefined> {
  const { store, foldedUnder } = host;
  const head = await store.session(id);
  if (head === undefined || !isOtherwise(foldedUnder, head)) return undefined;
  const stored = await store.load(id);
  if (stored === undefined) return undefined;
  const refold = new Refold(host, host.registry.freeze({ id, metadata: stored.metadata }), stored);
  await refold.to(stored.ordinal);
  const { stop } = refold;
  return { stop, difference: { ...(await refold.difference()), stop } };
}

/** Whether a stored timeline is for this program to fold again. */
function isOtherwise(own: FoldedUnder, stored: StoredSession): boolean {
  const match = matchOf(own, stored);
  return match === "older" || match === "other";
}
