import type { SessionInfo } from "../../session/session-info.js";
import type { TimelineStop } from "../../session/timeline-stop.js";
import { readFoldErrors } from "../../store/read-errors.js";
import { readLog } from "../../store/read-log.js";
import type { Store } from "../../store/store.js";
import type { StoredSession } from "../../store/stored.js";
import type { Timeline } from "../../timeline/timeline.js";
import type { EventReader } from "./event-reader.js";
import { type Failure, type Fold, stopAt } from "./fold.js";

/** What the timeline of a stored session is made of. */
export interface FoldSource {
  readonly store: Store;
  readonly reader: EventReader;
  readonly fold: Fold;
}

/**
 * Brings a stored timeline to the end of its log, behind which it may lag. Returns where the
 * timeline stops, if it does.
 */
export async function foldTail(
  source: FoldSource,
  info: SessionInfo,
  stored: StoredSession,
  timeline: Timeline,
  failures: Failure[],
): Promise<TimelineStop | undefined> {
  const unknown = await firstUnknown(source, info.id, stored.cursor);
  if (unknown !== undefined || stored.cursor === stored.ordinal) return unknown;
  const skipped = await skippedEvents(source, info.id, stored.cursor);
  for await (const event of readLog(source.store, info.id, stored.cursor)) {
    if (event.ordinal > stored.ordinal) return undefined;
    if (skipped.has(event.ordinal)) {
      timeline.cursor = event.ordinal;
      continue;
    }
    if (event.ordinal === stored.failedAt) return stopAt(event, "failed");
    const stop = source.fold.applyStored(event, info, timeline, failures);
    if (stop !== undefined) return stop;
  }
  return undefined;
}

/**
 * The events above an ordinal that the timeline goes on without, in all processes, whatever a projection makes of them
 * later: until a rebuild.
 */
export async function skippedEvents(
  { store, fold }: FoldSource,
  sessionId: string,
  after: bigint,
): Promise<ReadonlySet<bigint>> {
  const skipped = new Set<bigint>();
  if (!fold.isAdvancing) return skipped;
  for await (const { ordinal } of readFoldErrors(store, sessionId, after)) skipped.add(ordinal);
  return skipped;
}

/**
 * The first event that the stored timeline contains and this program does not know. A
 * newer program has folded it; what follows from the events after it is not for this one.
 */
async function firstUnknown(
  { store, reader }: FoldSource,
  sessionId: string,
  cursor: bigint,
): Promise<TimelineStop | undefined> {
  const names = await store.eventNames();
  // The whole log is read only while programs of different releases share the store.
  if (names.every((name) => reader.isKnown(name))) return undefined;
  for await (const event of readLog(store, sessionId, 0n)) {
    if (event.ordinal > cursor) return undefined;
    if (!reader.isKnown(event.name)) return stopAt(event, "unknown");
  }
  return undefined;
}
