import { fromBinary } from "@bufbuild/protobuf";
import type { Store } from "@sessionstream/runtime";
import type { StoredEvent, StoredRun } from "@sessionstream/runtime/store";
import { fold, plainEntities } from "../../fixtures/fold.js";
import { NoteAppendedEventSchema } from "../../fixtures/gen/lab/v1/lab_pb.js";
import { readAll } from "../../fixtures/stores.js";
import type { RunPlan, RunStep } from "./history.js";

/** What an event of the log says, read without the runtime. */
interface Said {
  readonly ordinal: bigint;
  readonly what: string;
  readonly run: string;
  readonly attempt: number;
  readonly process: string;
  readonly step: number;
  /** The run that its meta says, and the ordinal that led to it. */
  readonly from: string | undefined;
  /** The outcome that an end tells. */
  readonly outcome: string;
}

function saidOf({ ordinal, name, payload, meta }: StoredEvent): Said[] {
  if (name !== "LabNoteAppended") return [];
  const { text } = fromBinary(NoteAppendedEventSchema, payload);
  return text
    .split(";")
    .filter((each) => each !== "")
    .map((each) => {
      const [what = "", run = "", third = "", process = "", step = ""] = each.split(" ");
      const numbers = { attempt: Number(third), step: Number(step) };
      return { ordinal, what, run, process, ...numbers, outcome: third, from: meta?.run };
    });
}

/** What of a session does not hold, in words. `acknowledged` are the runs whose start was, or whose cancellation was. */
export async function whatIsWrong(
  store: Store,
  session: string,
  plans: readonly RunPlan[],
  acknowledged: { readonly started: ReadonlySet<string>; readonly cancelled: ReadonlySet<string> },
): Promise<string[]> {
  const wrong: string[] = [];
  const log = await readAll(store, session);
  log.forEach(({ ordinal }, index) => {
    if (ordinal !== BigInt(index + 1)) wrong.push(`the event after ${index} has the ordinal ${ordinal}`);
  });
  const stored = await store.load(session);
  const entities = plainEntities(stored?.entities ?? []).join("\n");
  const folded = fold(log, stored?.cursor ?? 0n).join("\n");
  if (entities !== folded) wrong.push(`the timeline is\n${entities}\nand the log says\n${folded}`);
  const said = log.flatMap(saidOf);
  const runs = new Map((await store.runs(session)).map((run) => [run.id, run]));
  for (const plan of plans) {
    const say = (what: string) => wrong.push(`${session} ${plan.id}: ${what}`);
    const run = runs.get(plan.id);
    const starts = said.filter(({ what, run }) => what === "start" && run === plan.id);
    if (acknowledged.started.has(plan.id) && run === undefined) say("its start was acknowledged, and it is not there");
    if ((run === undefined) !== (starts.length === 0))
      say(`${starts.length} starts are in the log, and it is ${run?.id}`);
    if (run !== undefined && run.startedBy.cause !== starts[0]?.ordinal)
      say(`it was started with ${starts[0]?.ordinal}, and by ${run.startedBy.cause}`);
    const { cancelled } = acknowledged;
    const outcome = run?.ended?.outcome.status;
    if (cancelled.has(plan.id) && outcome !== "cancelled") say(`it was cancelled, and is ${outcome}`);
  }
  for (const run of runs.values()) checkRun(run, stepsOf(plans, run.id), session, said, wrong);
  return wrong;
}

/** What a run does, which another may have started. */
function stepsOf(plans: readonly RunPlan[], id: string): readonly RunStep[] {
  const [top, ...path] = id.split(".");
  let steps = plans.find((plan) => plan.id === top)?.steps ?? [];
  for (const index of path) {
    const step = steps[Number(index)];
    steps = step?.do === "child" ? step.steps : [];
  }
  return steps;
}

function checkRun(
  run: StoredRun,
  steps: readonly RunStep[],
  session: string,
  all: readonly Said[],
  wrong: string[],
): void {
  const say = (what: string) => wrong.push(`${session} ${run.id}: ${what}`);
  const said = all.filter((each) => each.run === run.id && each.what !== "start");
  const ends = said.filter(({ what }) => what === "end");
  const own = said.filter(({ what }) => what !== "end");
  const outcome = run.ended?.outcome.status;
  if (outcome === undefined) say(`it has not ended: attempt ${run.attempt} of ${run.owner}`);
  if (ends.length !== 1) say(`it ended ${ends.length} times: ${ends.map((end) => end.outcome).join(", ")}`);
  else if (ends[0]?.outcome !== outcome) say(`its end is ${ends[0]?.outcome}, and it is ${outcome}`);
  let attempt = 0;
  const processes = new Map<number, string>();
  for (const each of own) {
    if (each.from !== run.id) say(`${each.ordinal} is of ${each.from}`);
    if (each.ordinal > (ends[0]?.ordinal ?? 0n)) say(`${each.ordinal} comes after its end`);
    if (each.attempt < attempt) say(`${each.ordinal} is of attempt ${each.attempt}, after attempt ${attempt}`);
    attempt = Math.max(attempt, each.attempt);
    const process = processes.get(each.attempt) ?? each.process;
    processes.set(each.attempt, process);
    if (process !== each.process) say(`attempt ${each.attempt} is of ${process} and of ${each.process}`);
  }
  if (attempt > run.attempt) say(`it is in attempt ${run.attempt}, and the log has attempt ${attempt}`);
  const planned = steps.some((step) => step.do === "fail");
  if (outcome === "failed" && !planned) say(`it failed: ${JSON.stringify(run.ended?.outcome)}`);
  steps.forEach((step, index) => {
    const ofStep = own.filter((each) => each.step === index);
    if (step.do === "key" && ofStep.length > 1) say(`step ${index} was done ${ofStep.length} times under its key`);
    if (outcome !== "completed" || step.do === "fail") return;
    const last = ofStep.filter((each) => each.attempt === run.attempt && each.what === "say");
    if (step.do === "key" ? ofStep.length === 0 : last.length !== 1)
      say(`it is completed, and step ${index} (${step.do}) is there ${last.length} times`);
  });
}
