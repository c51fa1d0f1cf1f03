import { setTimeout as sleep } from "node:timers/promises";
import { whatIsWrong } from "../runs/check.js";
import { Crew, lateSince, notesOf, startOf } from "../runs/crew.js";
import { type RunPlan, type RunStep, runsHistory } from "../runs/history.js";
import type { Told } from "../runs/worker-process.js";

/** Far longer than it all takes: whoever waits for it shows. */
const lease = 60_000;

/** What came of a rolling restart. */
export interface Rolled {
  readonly wrong: readonly string[];
  readonly runs: number;
  /** How many attempts went on in another process. */
  readonly moved: number;
  /** How long it took until the slowest of them went on, in milliseconds. */
  readonly longest: number;
}

/** Restarts two processes in turns, while runs are started and work. */
export async function rollingRestart(seed: number, restarts: number): Promise<Rolled> {
  const crew = await Crew.start({ processes: 2, lease });
  try {
    const plans: RunPlan[] = longOnes(`long${seed}`, restarts);
    const going: Promise<unknown>[] = plans.map((plan, index) => crew.insist(index, startOf(plan)));
    let isOver = false;
    const load = async () => {
      for (let next = seed; !isOver; next++) {
        const more = runsHistory(next * 2).plans.map((plan) => ({ ...plan, cancelled: undefined }));
        plans.push(...more);
        for (const plan of more) {
          going.push(...plan.starts.map((_, again) => crew.insist(next + again, startOf(plan))));
          for (const note of notesOf(plan.steps)) {
            going.push(
              sleep(note % 300).then(() => crew.insist(note, { ask: "go", session: plan.session, note })) as never,
            );
          }
        }
        await sleep(150);
      }
    };
    const loading = load();
    const wrong: string[] = [];
    for (let restart = 0; restart < restarts; restart++) {
      await sleep(200);
      const worker = crew.workers[restart % 2];
      worker?.signal("SIGTERM");
      const by = await worker?.gone;
      if (by !== "0") wrong.push(`a process that was to close ended with ${by}`);
      await crew.begin(restart % 2);
    }
    isOver = true;
    await loading;
    await Promise.all(going);
    const sessions = [...new Set(plans.map(({ session }) => session))];
    await crew.untilEnded(sessions, 30_000);
    await sleep(100);
    for (const session of sessions) {
      const own = plans.filter((plan) => plan.session === session);
      const started = new Set(own.map(({ id }) => id));
      wrong.push(...(await whatIsWrong(crew.store, session, own, { started, cancelled: new Set() })));
    }
    wrong.push(...crew.reported());
    const how = await moved(crew, wrong);
    return { wrong, runs: plans.length, ...how };
  } finally {
    await crew.end();
  }
}

/** Runs that outlive several processes. */
function longOnes(session: string, restarts: number): RunPlan[] {
  const steps = Array.from({ length: 8 * restarts }, (): RunStep => ({ do: "work", time: 100 }));
  return Array.from({ length: 6 }, (_, index) => ({
    id: `l${index}`,
    session,
    name: "LabSweep",
    steps,
    starts: [0],
    later: undefined,
    cancelled: undefined,
  }));
}

/** How long it took until what was given up went on. */
async function moved(crew: Crew, wrong: string[]): Promise<{ moved: number; longest: number }> {
  const told = crew.told;
  let count = 0;
  let longest = 0;
  for (const over of told.filter(({ what, code }) => what === "over" && code === "CLOSED")) {
    const { session, run: id, attempt } = over;
    const isNext = (each: Told) =>
      each.what === "begun" && each.session === session && each.run === id && each.attempt > attempt;
    const next = told.find(isNext);
    const run = await crew.store.run({ sessionId: session, id });
    // Its end was being committed.
    if (next === undefined && run?.ended !== undefined && run.attempt === attempt) continue;
    if (next === undefined) {
      wrong.push(`${session} ${id}: nobody went on after attempt ${attempt}`);
      continue;
    }
    count++;
    const took = Math.round(next.time - over.time - lateSince(next, over.time));
    longest = Math.max(longest, took);
    // The other process looks each quarter of a second, and waits for no lease.
    if (took > 1500) wrong.push(`${session} ${id}: went on after ${took} ms`);
  }
  return { moved: count, longest };
}
