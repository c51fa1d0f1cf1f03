import type { SchemaRegistry } from "../../../schema/registry.js";
import { isSameSession } from "../../../session/epoch.js";
import type { SessionInfo } from "../../../session/session-info.js";
import type { TimelineStop } from "../../../session/timeline-stop.js";
import { matchOf, otherFeatures } from "../../../store/folded-under.js";
import type { StoredTimeline } from "../../../store/stored.js";
import { mergeInTurns } from "../../../timeline/merge-in-turns.js";
import { TrackedTimeline } from "../../../timeline/tracked-timeline.js";
import type { Failure } from "../../project/fold.js";
import { Refold } from "../../project/refold.js";
import { foldTail } from "../../project/stored-fold.js";
import { reportFailures, type SessionHost } from "./session-host.js";
import { claimFold, type StoredRefold, storeRefold } from "./store-refold.js";

/** The timeline of a session as it is loaded. */
export interface LoadedFold {
  readonly timeline: TrackedTimeline;
  /** Where it stops, if it does. */
  readonly stop: TimelineStop | undefined;
  /** Failures that the store does not have on record yet. */
  readonly owed: readonly Failure[];
  /** The session as the store has it by then, without what came in since. Undefined if it begins. */
  readonly stored: StoredTimeline | undefined;
  /** Whether the stored timeline is another program's, which this one does not write to. */
  readonly isForeign: boolean;
}

/**
 * The timeline of a stored session: as it is stored, and brought to the end of its log. Where it was folded under another
 * schema or a lower version, it is folded again, and takes the place of the stored one. It does not where a program with a
 * higher version folded it; nor where another schema took its place `before`, in this process: the two programs would
 * else fold it again in turns. Undefined if the session changed meanwhile in a way that it has to be loaded again.
 */
export async function loadFold(
  host: SessionHost,
  info: SessionInfo,
  stored: StoredTimeline | undefined,
  before: { readonly epoch: string } | undefined,
): Promise<LoadedFold | undefined> {
  const match = stored === undefined ? "same" : matchOf(host.foldedUnder, stored);
  if (stored === undefined || match === "same") return loadAsStored(host, info, stored);
  const { id } = info;
  if (match === "unfolded") {
    const claimed = await claimFold(host, stored, id);
    return claimed && loadAsStored(host, info, claimed);
  }
  const name = otherFeatures(host.foldedUnder, stored.foldedUnder).join(", ");
  const about = { mode: "rebuild", step: "refold", sessionId: id, name, ordinal: stored.ordinal } as const;
  host.observe?.(about);
  const refold = new Refold(host, info, stored);
  const isHeld = before !== undefined && isSameSession(before.epoch, stored.epoch);
  const isForeign = match === "newer" || (match === "other" && isHeld);
  const outcome = isForeign ? await foldForeign(refold, stored) : await storeRefold(host, stored, id, refold);
  if (outcome === undefined) return undefined;
  const { added, changed, gone } = await refold.difference();
  host.observe?.({ ...about, count: added + changed + gone });
  // As whoever loads it next.
  if (!outcome.isForeign) return loadAsStored(host, info, outcome.stored);
  const { timeline, stop, failures } = refold;
  // Nobody else need have failed, so they are not put on record.
  reportFailures(host, id, failures);
  return { timeline, stop, owed: [], ...outcome };
}

/** Folds beside a stored timeline that stays as it is. */
async function foldForeign(refold: Refold, stored: StoredTimeline): Promise<StoredRefold> {
  await refold.to(stored.ordinal);
  return { stored, isForeign: true };
}

async function loadAsStored(
  host: SessionHost,
  info: SessionInfo,
  stored: StoredTimeline | undefined,
): Promise<LoadedFold> {
  const timeline = await loadTimeline(host.registry, stored);
  const owed: Failure[] = [];
  const stop = stored && (await foldTail(host, info, stored, timeline, owed));
  timeline.owe();
  return { timeline, stop, owed, stored, isForeign: false };
}

async function loadTimeline(registry: SchemaRegistry, stored: StoredTimeline | undefined): Promise<TrackedTimeline> {
  const timeline = new TrackedTimeline(registry, stored?.cursor);
  const { cursor = 0n, entities = [], checkpoint } = stored ?? {};
  await mergeInTurns(timeline, entities, cursor);
  const { ordinal, deletedSince } = checkpoint ?? {};
  if (ordinal !== undefined && deletedSince !== undefined) timeline.trace(ordinal, deletedSince);
  return timeline;
}
