import { isDeepStrictEqual } from "node:util";
import type { RunInfo } from "../../../hub/feature/run-info.js";
import type { RunOutcome } from "../../../store/stored-run.js";
import { type Check, check } from "../checks.js";
import { type CallSite, mismatch } from "../mismatch.js";
import { compareDone, type ExpectedDone } from "./done.js";
import type { Effect } from "./effect.js";
import type { ExpectedCall } from "./effect-call.js";
import { isChosenRun, type RunChoice } from "./run-choice.js";

/** How a run is expected to end: its status, and, where they are given, message, code or reason. */
export type ExpectedOutcome =
  | RunOutcome["status"]
  | {
      readonly status: RunOutcome["status"];
      readonly message?: string;
      readonly code?: string;
      readonly reason?: string;
    };

/** That runs ended in the step, all with this outcome, and that none of them goes on. */
export function haveEnded(expected: ExpectedOutcome, choice: RunChoice | undefined, at: CallSite): Check {
  return ({ title, ended: { runs, endedRuns } }) => {
    const wanted = typeof expected === "string" ? { status: expected } : expected;
    const chosen = runs.filter((run) => isChosenRun(choice, run));
    const ended = chosen.filter(({ id }) => endedRuns.includes(id));
    const open = chosen.filter(({ outcome }) => outcome === undefined);
    const isMet = ended.length > 0 && open.length === 0 && ended.every(({ outcome }) => isLike(outcome, wanted));
    if (isMet) return;
    const of = choice === undefined ? "runs" : `runs ${typeof choice === "string" ? `"${choice}"` : choice.name}`;
    const got = [...ended, ...open].map(showRun);
    throw mismatch(`${title}: expected that ${of} ended`, { expected: wanted, got, at });
  };
}

/** That exactly these effects happened, in this order. */
export function hasDone(expected: readonly (ExpectedCall | Effect)[], at: CallSite): Check {
  return ({ title, registry, ended: { effects } }) => {
    check(`${title}: other effects happened than expected`, compareDone(registry, expected, effects), at);
  };
}

/** That runs did exactly this in more than one attempt. */
export function hasRepeated(expected: readonly ExpectedDone[], at: CallSite): Check {
  return ({ title, registry, ended: { repeated } }) => {
    check(`${title}: more or less was done twice than expected`, compareDone(registry, expected, repeated), at);
  };
}

function isLike(outcome: RunOutcome | undefined, wanted: object): boolean {
  const got = Object.fromEntries(Object.entries(outcome ?? {}).filter(([name]) => name in wanted));
  return isDeepStrictEqual(got, wanted);
}

/** A run as failures show it. */
function showRun({ id, name, state, attempt, waitsFor, at, outcome }: RunInfo): object {
  return {
    run: name,
    id,
    attempt,
    ...(outcome ?? { state }),
    ...(waitsFor !== undefined && { waitsFor }),
    ...(state === "queued" && at !== undefined && { at }),
  };
}
