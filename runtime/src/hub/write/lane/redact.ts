import { SessionstreamError } from "../../../base/errors.js";
import type { TimelineStop } from "../../../session/timeline-stop.js";
import { readFoldErrors } from "../../../store/read-errors.js";
import { checkRedaction, type Redaction, redactedEvents } from "../../../store/redaction.js";
import type { StoredEvent } from "../../../store/stored.js";
import { TrackedTimeline } from "../../../timeline/tracked-timeline.js";
import type { Failure } from "../../project/fold.js";
import { unknownEvent } from "../../project/stopped.js";
import type { HeldLane, LaneStatus } from "./held-lane.js";
import type { Lane } from "./lane.js";
import { sessionDeleted } from "./outcome.js";
import { commitRepair, foldLog } from "./repair.js";
import type { SessionHost } from "./session-host.js";

/**
 * Clears fields of events in the log, and folds it anew. First the log is folded as it will be, while events keep coming
 * in. Where an event then fails that does not fail now, nothing is written. Otherwise the payloads, the timeline and a new
 * epoch are one commit.
 */
export async function redactEvents(lane: Lane, host: SessionHost, redaction: Redaction): Promise<LaneStatus> {
  checkRedaction(redaction);
  while (!(await redactOnce(lane, host, redaction)));
  return lane.status();
}

/** Returns false where the session was repaired or redacted meanwhile: what was folded may be of another log. */
async function redactOnce(lane: Lane, host: SessionHost, redaction: Redaction): Promise<boolean> {
  const { info, epoch } = await lane.status();
  const { deletions } = lane;
  const rewritten = await redactedEvents(host.store, info.id, redaction, (event) => schemaOf(host, event));
  const payloads = new Map(rewritten.map(({ ordinal, payload }) => [ordinal, payload]));
  const shadow = new TrackedTimeline(host.registry);
  const failures: Failure[] = [];
  let stop = await foldLog(host, info, shadow, failures, payloads);
  let isCurrent = true;
  await lane.exclusively(async (held) => {
    const { state } = held;
    if (lane.deletions > deletions) throw sessionDeleted(info.id);
    isCurrent = state.epoch === epoch;
    if (!isCurrent) return;
    stop ??= await foldLog(host, info, shadow, failures, payloads);
    await checkFolds(held, host, stop, failures);
    // They were found out again.
    state.owed = [];
    state.stop = stop;
    const mended = { after: 0n, to: state.ordinal };
    await commitRepair(held, host, failures, { mended, replacement: shadow, rewritten });
  });
  return isCurrent;
}

/** The schema that this program has of an event: the store need not have it, where an early release stored the event. */
function schemaOf({ registry }: SessionHost, { name, type }: StoredEvent) {
  const schema = registry.loggedEvent(name)?.schema;
  return schema?.typeName === type ? schema : undefined;
}

/** @throws where the timeline would lack more than it does now. */
async function checkFolds(
  { state }: HeldLane,
  host: SessionHost,
  stop: TimelineStop | undefined,
  failures: readonly Failure[],
): Promise<void> {
  const { id } = state.info;
  if (stop?.reason === "unknown") throw unknownEvent(id, stop);
  const lacking = new Set<bigint>();
  if (stop !== undefined) {
    if (state.stop?.reason === "failed") lacking.add(state.stop.ordinal);
  } else if (failures.length > 0) {
    for (const ordinal of state.skipped) lacking.add(ordinal);
    for await (const { ordinal } of readFoldErrors(host.store, id, 0n)) lacking.add(ordinal);
  }
  const failure = failures.find(({ record }) => !lacking.has(record.ordinal));
  if (failure === undefined) return;
  const { ordinal, name, message } = failure.record;
  throw new SessionstreamError(
    "PROJECTION_FAILED",
    `session "${id}" is not redacted: without these fields, its timeline would lack event ${ordinal}, "${name}": ${message}`,
    { sessionId: id, name, ordinal, cause: failure.error },
  );
}
