import { SessionstreamError } from "../../../base/errors.js";
import { repairedEpoch } from "../../../session/epoch.js";
import type { SessionInfo } from "../../../session/session-info.js";
import type { TimelineStop } from "../../../session/timeline-stop.js";
import { resetBatch } from "../../../session/ui-batch.js";
import { lowerFeatures } from "../../../store/folded-under.js";
import { readLog } from "../../../store/read-log.js";
import type { FoldedUnder } from "../../../store/stored.js";
import type { Timeline } from "../../../timeline/timeline.js";
import { TrackedTimeline } from "../../../timeline/tracked-timeline.js";
import type { Failure } from "../../project/fold.js";
import { unknownEvent } from "../../project/stopped.js";
import type { HeldLane, LaneStatus } from "./held-lane.js";
import type { Lane } from "./lane.js";
import type { CommitContent, LaneState } from "./lane-state.js";
import { sessionDeleted } from "./outcome.js";
import { reportFailures, type SessionHost } from "./session-host.js";
import { unrecorded } from "./unrecorded.js";

/**
 * Projects the events that the timeline lacks since a projection failed. Where
 * one fails again and the policy is `fail`, the timeline stops there; what was
 * projected before it stays.
 */
export async function retryTimeline(lane: Lane, host: SessionHost): Promise<LaneStatus> {
  return lane.exclusively(async (held) => {
    const { state } = held;
    const { info, timeline, stop } = state;
    const before = timeline.cursor;
    const failures: Failure[] = [];
    // Those of the events that the timeline lacks are found out again.
    state.owed = state.owed.filter(({ record }) => record.ordinal <= before);
    // A timeline that another program has folded further than this one can is not for this one to repair.
    if (stop !== undefined && stop.ordinal > before) state.stop = await foldLog(host, info, timeline, failures);
    const mended = { after: before, to: timeline.cursor };
    if (state.foreign !== undefined) goOnAlone(state, host, failures);
    else if (timeline.cursor !== before) await commitRepair(held, host, failures, { mended });
    else if (stop === undefined) await storeAll(held);
    else await recordFailures(held, host, failures);
    const { epoch, ordinal } = state;
    return { info, epoch, ordinal, cursor: timeline.cursor, stop: state.stop, view: timeline.view };
  });
}

/**
 * Folds the whole log into a shadow while events keep coming and readers see the
 * old timeline; what came in meanwhile is folded while the lane waits, and then
 * the shadow takes the timeline's place in one commit. Where a projection fails
 * and the policy is `fail`, or the program does not know an event, the old
 * timeline stays, the failure is recorded, and it is thrown.
 * @throws TIMELINE_NEWER where a program with a higher timeline version has folded it.
 */
export async function rebuildTimeline(lane: Lane, host: SessionHost): Promise<LaneStatus> {
  while (!(await rebuildOnce(lane, host)));
  return lane.status();
}

/** Returns false where the session was repaired or redacted meanwhile: what was folded may be of another log. */
async function rebuildOnce(lane: Lane, host: SessionHost): Promise<boolean> {
  const { info, epoch } = await lane.status();
  checkNotNewer(host, info.id, (await host.store.session(info.id))?.foldedUnder);
  const { deletions } = lane;
  let isCurrent = true;
  const shadow = new TrackedTimeline(host.registry);
  const failures: Failure[] = [];
  let stop = await foldLog(host, info, shadow, failures);
  await lane.exclusively(async (held) => {
    // What was folded is of a session that is no more.
    if (lane.deletions > deletions) throw sessionDeleted(info.id);
    isCurrent = held.state.epoch === epoch;
    if (!isCurrent) return;
    stop ??= await foldLog(host, info, shadow, failures);
    // They were found out again.
    held.state.owed = [];
    if (stop !== undefined) {
      await recordFailures(held, host, failures);
      return;
    }
    // A session that nobody used stays so.
    if (held.state.revision === 0) return;
    held.state.stop = undefined;
    const mended = { after: 0n, to: held.state.ordinal };
    await commitRepair(held, host, failures, { mended, replacement: shadow });
  });
  if (!isCurrent) return false;
  if (stop?.reason === "unknown") throw unknownEvent(info.id, stop);
  if (stop !== undefined) throw failures.at(-1)?.error;
  return true;
}

/** @throws TIMELINE_NEWER where this program has a lower version of a feature than the stored timeline. */
function checkNotNewer({ foldedUnder }: SessionHost, sessionId: string, stored: FoldedUnder = {}): void {
  const [name] = lowerFeatures(foldedUnder, stored);
  if (name === undefined) return;
  throw new SessionstreamError(
    "TIMELINE_NEWER",
    `session "${sessionId}" was folded under timeline_version ${stored[name]?.version} of the feature "${name}", and this program has ${foldedUnder[name]?.version}: rebuild it with a program that has the higher one`,
    { sessionId, name },
  );
}

/** What this process folded further of a timeline that another program stores. */
function goOnAlone(state: LaneState, host: SessionHost, failures: readonly Failure[]): void {
  const { info, timeline, stop } = state;
  timeline.dropChanges();
  state.durable = { ...state.durable, stop };
  state.image = undefined;
  reportFailures(host, info.id, failures);
  host.fanOut(resetBatch(info.id, timeline.cursor, host.now()));
}

/** Another process may have failed on what this one has folded, and not stored yet. */
async function storeAll({ state, commit }: HeldLane): Promise<void> {
  if (state.storedCursor === state.timeline.cursor && state.failedAt === undefined) return;
  await commit({});
}

/** Makes a repair durable, and tells clients to begin anew. */
export async function commitRepair(
  { state, commit }: HeldLane,
  host: SessionHost,
  failures: readonly Failure[],
  content: Pick<CommitContent, "mended" | "replacement" | "rewritten">,
): Promise<void> {
  if (content.replacement !== undefined) {
    checkNotNewer(host, state.info.id, state.foldedUnder);
    state.foreign = undefined;
  }
  state.failedAt = state.stop?.reason === "failed" ? state.stop.ordinal : undefined;
  await commit({ failures, newEpoch: repairedEpoch(state.epoch), ...content });
  const { id } = state.info;
  reportFailures(host, id, failures);
  host.fanOut(resetBatch(id, state.timeline.cursor, host.now()));
}

/** Keeps failures that changed nothing, but for those that are on record already. */
async function recordFailures(
  { state, commit }: HeldLane,
  host: SessionHost,
  failures: readonly Failure[],
): Promise<void> {
  const { id } = state.info;
  const fresh = await unrecorded(host.store, id, failures);
  // What fails here need not fail where the stored timeline comes from.
  if (fresh.length > 0 && state.foreign === undefined) await commit({ failures: fresh });
  reportFailures(host, id, failures);
}

/**
 * Folds what the log has above the timeline's cursor, with other payloads in place of some. Returns where the timeline
 * stops, if it does.
 */
export async function foldLog(
  host: SessionHost,
  info: SessionInfo,
  timeline: Timeline,
  failures: Failure[],
  payloads?: ReadonlyMap<bigint, Uint8Array>,
): Promise<TimelineStop | undefined> {
  for await (const stored of readLog(host.store, info.id, timeline.cursor)) {
    const payload = payloads?.get(stored.ordinal);
    const event = payload === undefined ? stored : { ...stored, payload };
    const stop = host.fold.applyStored(event, info, timeline, failures);
    if (stop !== undefined) return stop;
  }
  return undefined;
}
