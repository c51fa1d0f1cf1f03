import type { BatchRun } from "../../../store/batch.js";
import type { StoredRun } from "../../../store/stored-run.js";
import type { EncodedStart } from "./content.js";
import type { LaneState } from "./lane-state.js";
import type { Publication } from "./publication.js";
import type { SessionHost } from "./session-host.js";

/** The runs that a publication starts, on a state that has its events already. One that was started is not started again. */
export function startedRuns(
  { now, runs, process }: SessionHost,
  state: LaneState,
  { meta, run: by }: Publication,
  starts: readonly EncodedStart[],
  hasEvents: boolean,
): readonly BatchRun[] {
  const time = now();
  const startedBy = { ...meta, ...(hasEvents && { cause: state.ordinal }) };
  return starts
    .filter(({ id }) => !state.runs.has(id) && !state.endingRuns.has(id) && !state.pastRuns.has(id))
    .map(({ detached, ...start }) => {
      // At once here, where that is possible: otherwise whoever has room takes it.
      const isTaken = (start.at ?? 0) <= time && runs.hasRoom(start.name);
      const run: StoredRun = {
        ...start,
        startedAt: time,
        startedBy,
        parent: detached ? undefined : by?.id,
        attempt: isTaken ? 1 : 0,
        failures: 0,
        owner: isTaken ? process.id : undefined,
        waitsFor: undefined,
        ended: undefined,
      };
      return { isStart: true, run };
    });
}
