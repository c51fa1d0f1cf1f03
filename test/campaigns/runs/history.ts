import { Chance } from "../chance.js";

/** What a run does, step by step. */
export type RunStep =
  /** Publishes an event with the attempt and the process in it, or one under a key. */
  | { readonly do: "say" | "key" | "decide" | "burst" | "merge" }
  /** Takes its time, in milliseconds: at work, or asleep. */
  | { readonly do: "work" | "sleep"; readonly time: number }
  /** Waits until somebody says go, by the number of a note. */
  | { readonly do: "wait" | "race"; readonly note: number }
  /** Starts a run of its own and waits for it. */
  | { readonly do: "child"; readonly steps: readonly RunStep[]; readonly isDetached: boolean }
  /** Fails in the first attempts. */
  | { readonly do: "fail"; readonly times: number };

export interface RunPlan {
  readonly id: string;
  readonly session: string;
  readonly name: "LabMeasure" | "LabSweep";
  readonly steps: readonly RunStep[];
  /** When it is started, in milliseconds from the beginning of the history, and when again. */
  readonly starts: readonly number[];
  /** When it begins at the earliest, in milliseconds from its start. */
  readonly later: number | undefined;
  /** When it is cancelled. */
  readonly cancelled: number | undefined;
}

/** What a process was about to do, or was doing, or had done, when it died of it. */
export interface Fate {
  readonly step: (typeof moments)[number];
  readonly when: "before" | "within" | "after";
  /** At which time that it does so. */
  readonly nth: number;
}

/** What happens to the process that has runs. */
export type Fault =
  | { readonly how: "step"; readonly fate: Fate }
  | { readonly how: "moment"; readonly time: number }
  | { readonly how: "pause"; readonly time: number; readonly pause: number };

/** All that a process can be killed at. */
export const moments = [
  "start",
  "attempt",
  "wait",
  "end",
  "commit",
  "beat",
  "runOwners",
  "bury",
  "freeRuns",
  "releaseRuns",
] as const;

export interface RunsHistory {
  readonly plans: readonly RunPlan[];
  readonly faults: readonly Fault[];
  /** Which process the first fault is for. */
  readonly victim: number;
  /** How long a process is gone before it is there again, in milliseconds. */
  readonly gone: number;
}

/** In milliseconds. */
export const lease = 400;

/** How many processes there are, and how far the clock of the second is off, in hours. */
export function settingOf(seed: number): { readonly processes: 1 | 2; readonly hours: number } {
  const processes = seed % 2 === 0 ? 2 : 1;
  return { processes, hours: processes === 1 ? 0 : ([0, 0, 1, -1][Math.floor(seed / 2) % 4] ?? 0) };
}

/** Makes a history of a seed. */
export function runsHistory(seed: number): RunsHistory {
  const chance = new Chance(seed);
  const { processes, hours } = settingOf(seed);
  let notes = 100;
  const stepOf = (depth: number): RunStep => {
    const what = chance.next();
    if (what < 0.3) return { do: chance.oneOf(["say", "key", "decide", "burst", "merge"]) };
    if (what < 0.5) return { do: "work", time: chance.within(0, 60) };
    // The times of an application are those of its clocks.
    if (what < 0.6) return hours === 0 ? { do: "sleep", time: chance.within(0, 200) } : { do: "key" };
    if (what < 0.8) return { do: hours === 0 ? chance.oneOf(["wait", "race"]) : "wait", note: notes++ };
    if (what < 0.9) return { do: "fail", times: chance.within(1, 2) };
    if (depth > 1) return { do: "say" };
    return { do: "child", steps: stepsOf(depth + 1, 3), isDetached: chance.is(0.3) };
  };
  const stepsOf = (depth: number, most: number) => Array.from({ length: chance.within(1, most) }, () => stepOf(depth));
  const sessions = chance.within(1, 2);
  const plans = Array.from({ length: chance.within(2, 6) }, (_, index): RunPlan => {
    const first = chance.within(0, 150);
    return {
      id: `r${index}`,
      session: `s${seed}-${chance.within(1, sessions)}`,
      name: chance.is(0.5) ? "LabMeasure" : "LabSweep",
      steps: stepsOf(0, 6),
      starts: [first, ...(chance.is(0.4) ? [first + chance.within(0, 600)] : []), ...(chance.is(0.2) ? [first] : [])],
      later: hours === 0 && chance.is(0.15) ? chance.within(50, 300) : undefined,
      cancelled: chance.is(0.2) ? first + chance.within(0, 500) : undefined,
    };
  });
  return { plans, faults: faultsOf(chance, processes), victim: chance.within(0, processes - 1), gone: goneOf(chance) };
}

function faultsOf(chance: Chance, processes: number): Fault[] {
  const moment = (): Fault => ({ how: "moment", time: chance.within(0, 500) });
  const kind = chance.next();
  if (kind < 0.2) return [moment()];
  if (kind < 0.35 && processes > 1)
    return [{ how: "pause", time: chance.within(20, 300), pause: lease + chance.within(200, 900) }];
  const step = chance.oneOf(moments);
  const when = chance.oneOf(["before", "within", "after"] as const);
  const most = {
    start: 3,
    attempt: 1,
    wait: 2,
    end: 2,
    commit: 12,
    beat: 4,
    runOwners: 4,
    bury: 1,
    freeRuns: 3,
    releaseRuns: 1,
  };
  const fault: Fault = { how: "step", fate: { step, when, nth: chance.within(1, most[step]) } };
  // There must be runs of a dead process before one can be killed while it takes them.
  return step === "bury" || step === "attempt" || step === "freeRuns" ? [moment(), fault] : [fault];
}

function goneOf(chance: Chance): number {
  return chance.oneOf([0, 0, chance.within(0, 2 * lease), lease + 900]);
}
