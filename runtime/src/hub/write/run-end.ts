import { type ErrorCode, isSessionstreamError, SessionstreamError } from "../../base/errors.js";
import type { RunOutcome, StoredRun } from "../../store/stored-run.js";
import type { TimelineView } from "../../timeline/view.js";
import type { Content } from "./lane/content.js";
import { decide } from "./lane/decision.js";
import type { Lane } from "./lane/lane.js";
import type { OpenRuns } from "./lane/runs.js";
import type { SessionHost } from "./lane/session-host.js";
import { encodeDrafted, enqueue, type Origin } from "./publisher.js";

/** How a run is ended. */
export interface Ending extends Origin {
  readonly id: string;
  readonly outcome: RunOutcome;
  /** Whether what `ended` of the feature decides is left out, because it failed. */
  readonly isSilent?: boolean;
}

/**
 * Commits the end of a run with what its feature decides, and, of one that is cancelled, the ends of
 * those that it started. Resolves to whether the run was going on.
 * @throws TIMELINE_STALLED, SESSION_DELETED, UNKNOWN_NAME for a run that this program does not know, and what
 * `ended` of the feature throws.
 */
export async function endRun(lane: Lane, host: SessionHost, ending: Ending): Promise<boolean> {
  let wasOpen = false;
  const content = (runs: OpenRuns, decideOn: (decision: (view: TimelineView) => Content) => Content): Content => {
    const run = runs.get(ending.id);
    wasOpen = run !== undefined;
    if (run === undefined) return { events: [] };
    const { outcome, isSilent = false } = ending;
    const all = outcome.status === "cancelled" ? withStarted(run, runs) : [run];
    const time = host.now();
    const ended = all.map((each) => ({ ...each, waitsFor: undefined, ended: { outcome, time } }));
    if (isSilent) return { events: [], runs: ended };
    return decideOn((view) => {
      const made = all.map((each) => decideEnd(host, lane.id, view, each, outcome));
      return {
        events: made.flatMap(({ events }) => events),
        starts: made.flatMap(({ starts = [] }) => starts),
        runs: ended,
      };
    });
  };
  await enqueue(lane, (state) => content(state.runs, (decision) => decide(decision, state)), ending);
  return wasOpen;
}

/**
 * Ends a run that somebody cancels. Where what its feature decides fails, that is reported, and the run
 * ends without it.
 * @throws like {@link endRun}, but for that.
 */
export async function cancelRun(lane: Lane, host: SessionHost, ending: Ending): Promise<boolean> {
  const name = lane.runs.get(ending.id)?.name;
  try {
    return await endRun(lane, host, ending);
  } catch (error) {
    const isOther = isSessionstreamError(error) && others.has(error.code);
    if (isOther) throw error;
    host.report({ step: "run", sessionId: lane.id, ...(name !== undefined && { name }), error });
    return endRun(lane, host, { ...ending, isSilent: true });
  }
}

/** What keeps a run from being cancelled, and is not for its feature to mend. */
const others: ReadonlySet<ErrorCode> = new Set([
  "TIMELINE_STALLED",
  "SESSION_DELETED",
  "UNKNOWN_NAME",
  "STORE_FAILED",
  "ORDINAL_CONFLICT",
  "CLOSED",
]);

/**
 * A run with the open ones that it started, and those that these started, without detached ones. Each once: where the
 * id of a run that was forgotten is used again, a run may have started the one that it says it was started by.
 */
function withStarted(run: StoredRun, runs: OpenRuns): readonly StoredRun[] {
  const all = new Set([run]);
  for (const { id } of all) for (const each of runs.values()) if (each.parent === id) all.add(each);
  return [...all];
}

function decideEnd(
  host: SessionHost,
  sessionId: string,
  view: TimelineView,
  { id, name, type, input }: StoredRun,
  outcome: RunOutcome,
): Content {
  const functions = host.runs.functions.get(name);
  if (functions === undefined) throw unknownRun(sessionId, id, name);
  const { schema } = host.registry.run(name);
  if (schema.typeName !== type) throw unknownRun(sessionId, id, name);
  const ended = { name, id, input: host.registry.decode(schema, input), outcome };
  return encodeDrafted(host, sessionId, functions.ended(view, ended));
}

function unknownRun(sessionId: string, run: string, name: string): SessionstreamError {
  return new SessionstreamError(
    "UNKNOWN_NAME",
    `run "${run}" of session "${sessionId}" is a "${name}", which this program does not know: use a program that does`,
    { sessionId, name, run },
  );
}
