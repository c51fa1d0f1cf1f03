import { resetBatch, uiBatchOf } from "../../../session/ui-batch.js";
import { matchOf } from "../../../store/folded-under.js";
import { readLog } from "../../../store/read-log.js";
import type { StoredEvent, StoredSession } from "../../../store/stored.js";
import { type Failure, stopAt } from "../../project/fold.js";
import { skippedEvents } from "../../project/stored-fold.js";
import { type LaneState, leaveToOthers, positionOf, reportUnknown } from "./lane-state.js";
import { readOpenRuns } from "./runs.js";
import { observeEvent, reportFailures, type SessionHost } from "./session-host.js";

/**
 * Folds and fans out, event by event, what other processes committed to a session. The
 * state must have nothing that is not durable. Returns false where the store has another
 * history: then the state is of no use any more.
 */
export async function catchUp(host: SessionHost, state: LaneState): Promise<boolean> {
  const { id } = state.info;
  const stored = await host.store.session(id);
  const isNew = state.revision === 0;
  // After the session: what is newer than it makes the next commit conflict, and so is read again.
  if (state.hasOldRuns || (stored !== undefined && stored.revision !== state.revision)) {
    state.runs = await readOpenRuns(host.store, id);
    state.hasOldRuns = false;
  }
  if (stored === undefined) return isNew;
  if (isNew) {
    // Another process began the session.
    state.info = host.registry.freeze({ id, metadata: stored.metadata });
    state.epoch = stored.epoch;
  }
  if (stored.epoch !== state.epoch || stored.revision < state.revision) return false;
  if (stored.revision === state.revision) return true;
  state.foldedUnder = stored.foldedUnder;
  if (state.foreign === undefined) {
    const match = stored.foldedUnder === undefined ? "same" : matchOf(host.foldedUnder, stored);
    // It is folded again as it is loaded.
    if (match === "older") return false;
    if (match !== "same") leaveToOthers(host, state);
  }
  const isOurs = state.foreign === undefined;
  if (!isOurs) state.foreign = { failedAt: stored.failedAt };
  const { stop } = state;
  // Another program has folded what this one cannot.
  if (isOurs && stop !== undefined && stored.cursor > state.timeline.cursor) return false;
  const skipped = await skippedEvents(host, id, state.storedCursor);
  // A repair before the first look may have mended what is on record.
  if (isNew && skipped.size > 0) return false;
  if (isOurs && host.fold.isAdvancing && isOtherFold(state, stored, skipped)) return false;
  state.owed = state.owed.filter(({ record }) => !skipped.has(record.ordinal));
  const isAsked = stored.ordinal === state.ordinal && state.lag.isOurs;
  for await (const event of readLog(host.store, id, state.ordinal)) {
    if (event.ordinal > stored.ordinal) break;
    if (!follow(host, state, event, isOurs ? stored : anotherFold, skipped)) return false;
  }
  state.revision = stored.revision;
  const failedAt = isOurs ? stored.failedAt : undefined;
  if (failedAt !== undefined && failedAt === state.stop?.ordinal) {
    // Another process has put on record what failed here as well.
    reportFailures(host, id, state.owed);
    state.owed = [];
  }
  state.failedAt = state.stop?.reason === "failed" ? state.stop.ordinal : failedAt;
  state.durable = positionOf(state);
  state.image = undefined;
  state.storedCursor = stored.cursor;
  if (!isOurs || stored.cursor >= state.timeline.cursor) {
    state.timeline.dropChanges();
    state.lag.caughtUp();
  } else {
    state.timeline.owe();
    const isFailedElsewhere = state.stop === undefined && failedAt !== undefined;
    if (isAsked || isFailedElsewhere) state.lag.want();
  }
  if (state.stop !== stop) {
    if (state.stop?.reason === "unknown") state.isToAsk = isOurs;
    tellStop(host, state);
  }
  return true;
}

/** Where the stored timeline is another program's, it says nothing of what is folded here. */
const anotherFold = { cursor: 0n, failedAt: undefined };

/** Takes over one event that is durable. Returns false where the store has folded it and this process cannot. */
function follow(
  host: SessionHost,
  state: LaneState,
  event: StoredEvent,
  { cursor, failedAt }: Pick<StoredSession, "cursor" | "failedAt">,
  skipped: ReadonlySet<bigint>,
): boolean {
  const { info, timeline } = state;
  const { ordinal, name } = event;
  const events = host.fold.storedUiEvents(event, info, timeline.view);
  if (state.stop === undefined) {
    if (ordinal === failedAt) {
      state.stop = stopAt(event, "failed");
    } else if (skipped.has(ordinal)) {
      timeline.cursor = ordinal;
      state.skipped.add(ordinal);
    } else {
      const failures: Failure[] = [];
      state.stop = host.fold.applyStored(event, info, timeline, failures);
      if (failures.length > 0 && cursor >= ordinal) return false;
      if (state.foreign !== undefined) {
        reportFailures(host, info.id, failures);
      } else if (failures.length > 0) {
        state.owed = [...state.owed, ...failures];
        state.isToAsk = true;
      }
      for (const { record } of failures) state.skipped.add(record.ordinal);
    }
  }
  state.ordinal = ordinal;
  state.lag.followed(event);
  state.checkpoints.passed(event);
  host.fanOut(uiBatchOf(info.id, event, events));
  observeEvent(host, info.id, "fanout", name, ordinal, events.length);
  return true;
}

/** Whether other processes skipped what was folded here, or folded what was skipped here. */
function isOtherFold(
  { storedCursor, timeline, skipped }: LaneState,
  { cursor }: StoredSession,
  onRecord: ReadonlySet<bigint>,
): boolean {
  const isUnknown = (ordinal: bigint) => ordinal > storedCursor && ordinal <= timeline.cursor && !skipped.has(ordinal);
  const isFolded = (ordinal: bigint) => ordinal > storedCursor && ordinal <= cursor && !onRecord.has(ordinal);
  return [...onRecord].some(isUnknown) || [...skipped].some(isFolded);
}

/** Who follows the session learns that it stopped when it starts over. */
function tellStop(host: SessionHost, { info, ordinal, stop }: LaneState): void {
  if (stop?.reason === "unknown") reportUnknown(host, info.id, stop);
  host.fanOut(resetBatch(info.id, ordinal, host.now()));
}
