import { isTurnOver, nextTurn } from "../../../base/turns.js";
import { repairedEpoch } from "../../../session/epoch.js";
import type { SessionBatch } from "../../../store/batch.js";
import { foldedBy, isSameFold } from "../../../store/folded-under.js";
import { toStoreError } from "../../../store/store-error.js";
import type { StoredTimeline } from "../../../store/stored.js";
import type { Refold } from "../../project/refold.js";
import { readOpenRuns } from "./runs.js";
import { reportFailures, type SessionHost } from "./session-host.js";
import { unrecorded } from "./unrecorded.js";

/** What became of a refold. */
export interface StoredRefold {
  /** The session as the store has it, as far as the refold has come. */
  readonly stored: StoredTimeline;
  /** Whether the refold is not stored: the store fails, or another program has folded an event that this one does not know. */
  readonly isForeign: boolean;
}

/**
 * Folds a session again and puts that in the place of its stored timeline, in one commit; where they are the same, only what
 * it is folded under. Events that come in meanwhile are folded, too: whoever publishes on and on does not keep it from an end.
 * Where the fold stops, the stored timeline ends there from now on.
 *
 * Undefined where the session was deleted, repaired or folded again meanwhile.
 */
export async function storeRefold(
  host: SessionHost,
  loaded: StoredTimeline,
  id: string,
  refold: Refold,
): Promise<StoredRefold | undefined> {
  let stored = loaded;
  for (;;) {
    await refold.to(stored.ordinal);
    const { timeline, failures, stop } = refold;
    if (stop?.reason === "unknown" && timeline.cursor < stored.cursor) return { stored, isForeign: true };
    const isSame = (await refold.isStored()) && stored.cursor === loaded.cursor && stored.failedAt === loaded.failedAt;
    // What followed from events above the stored cursor, clients may have seen as others folded it.
    const isSeen = timeline.cursor === stored.cursor || loaded.foldedUnder === undefined;
    const fresh = await unrecorded(host.store, id, failures);
    const batch = batchOf(host, id, stored, {
      ...(!(isSame && isSeen) && { newEpoch: repairedEpoch(stored.epoch) }),
      cursor: isSame ? stored.cursor : timeline.cursor,
      failedAt: stop?.reason === "failed" ? stop.ordinal : undefined,
      entities: isSame ? [] : await inTurns(timeline.eachStored()),
      replaceTimeline: !isSame,
      // What was skipped stays skipped, and on record.
      ...(!isSame && !host.fold.isAdvancing && { mended: { after: 0n, to: timeline.cursor } }),
      errors: fresh.map(({ record }) => record),
    });
    const outcome = await commit(host, batch);
    if (outcome === undefined) {
      reportFailures(host, id, fresh);
      const { entities } = isSame ? loaded : batch;
      return { stored: { ...afterwards(stored, batch), entities }, isForeign: false };
    }
    const now = await host.store.session(id);
    // Others committed; or this did, though the store did not say so, and is loaded as any other then.
    if (now?.revision === stored.revision) {
      host.report({ step: "refold", sessionId: id, error: toStoreError(outcome, { sessionId: id }) });
      return { stored, isForeign: true };
    }
    if (now?.epoch !== stored.epoch || !isSameFold(now.foldedUnder, stored.foldedUnder)) return undefined;
    stored = { ...stored, ...now, runs: [...(await readOpenRuns(host.store, id)).values()] };
  }
}

/**
 * Says of a session that nobody has folded yet, such as one that was imported, under what it will be: so programs that fold
 * otherwise do not each take it for theirs. Returns the session as it is stored then, undefined where it changed meanwhile.
 */
export async function claimFold(
  host: SessionHost,
  stored: StoredTimeline,
  id: string,
): Promise<StoredTimeline | undefined> {
  const batch = batchOf(host, id, stored, {});
  const outcome = await commit(host, batch);
  if (outcome === undefined) return afterwards(stored, batch);
  // Where the store cannot take it, the first entities of this process say it.
  return (await host.store.session(id))?.revision === stored.revision ? stored : undefined;
}

function batchOf(
  host: SessionHost,
  sessionId: string,
  { revision, epoch, metadata, cursor, failedAt, foldedUnder }: StoredTimeline,
  more: Partial<SessionBatch>,
): SessionBatch {
  return {
    id: host.process.nextId(),
    sessionId,
    revision,
    epoch,
    metadata,
    events: [],
    cursor,
    failedAt,
    entities: [],
    replaceTimeline: false,
    foldedUnder: foldedBy(host.foldedUnder, foldedUnder),
    errors: [],
    keys: [],
    runs: [],
    descriptors: [],
    ...more,
  };
}

/** Resolves to what the batch was refused for, if it was. */
async function commit({ store }: SessionHost, batch: SessionBatch): Promise<unknown> {
  const [outcome] = await store.commit([batch]).catch((thrown: unknown) => [thrown]);
  return outcome;
}

/** Without checkpoints, which end with a batch that folds otherwise. */
function afterwards({ checkpoint: _, ...stored }: StoredTimeline, batch: SessionBatch): StoredTimeline {
  const { revision, cursor, failedAt, foldedUnder, epoch, newEpoch = epoch } = batch;
  return { ...stored, revision: revision + 1, cursor, failedAt, foldedUnder, epoch: newEpoch };
}

async function inTurns<T>(items: Iterable<T>): Promise<T[]> {
  const all: T[] = [];
  for (const item of items) {
    if (isTurnOver()) await nextTurn();
    all.push(item);
  }
  return all;
}
