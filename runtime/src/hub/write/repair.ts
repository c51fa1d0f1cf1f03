import type { SessionInfo } from "../../session/session-info.js";
import { readLog } from "../../store/read-log.js";
import { Timeline } from "../../timeline/timeline.js";
import type { Failure } from "../project/fold.js";
import type { Lane, LaneStatus } from "./lane.js";
import type { HubCore } from "./lane-host.js";

/**
 * Projects the events that the timeline lacks since a projection failed. Where
 * one fails again and the policy is `fail`, the timeline stops there; what was
 * projected before it stays.
 */
export function retryTimeline(lane: Lane, core: HubCore): Promise<LaneStatus> {
  return lane.exclusively(async ({ info, ordinal, timeline, commit }) => {
    const before = timeline.cursor;
    const failures: Failure[] = [];
    await foldLog(core, info, timeline, failures);
    if (timeline.cursor !== before || failures.length > 0) await commit({ timeline, replace: false, failures });
    return { info, ordinal, cursor: timeline.cursor, view: timeline.view };
  });
}

/**
 * Folds the whole log into a shadow while events keep coming and readers see the
 * old timeline; what came in meanwhile is folded while the lane waits, and then
 * the shadow takes the timeline's place in one commit. Where a projection fails
 * and the policy is `fail`, the old timeline stays, the failure is recorded, and
 * it is thrown.
 */
export async function rebuildTimeline(lane: Lane, core: HubCore): Promise<LaneStatus> {
  const { info } = await lane.status();
  const shadow = new Timeline(core.registry);
  const failures: Failure[] = [];
  let isWhole = await foldLog(core, info, shadow, failures);
  const failed = await lane.exclusively(async ({ timeline, commit }) => {
    isWhole &&= await foldLog(core, info, shadow, failures);
    await commit({ timeline: isWhole ? shadow : timeline, replace: isWhole, failures });
    return isWhole ? undefined : failures.at(-1);
  });
  if (failed !== undefined) throw failed.error;
  return lane.status();
}

/** Folds what the log has above the timeline's cursor; returns whether it came to the end. */
async function foldLog(core: HubCore, info: SessionInfo, timeline: Timeline, failures: Failure[]): Promise<boolean> {
  for await (const stored of readLog(core.store, info.id, timeline.cursor)) {
    if (!core.projection.stored(stored, info, timeline, failures)) return false;
  }
  return true;
}
