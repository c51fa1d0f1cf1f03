import { type ErrorReport, Hub, type HubOptions, type RunContext } from "@sessionstream/runtime";
import type {
  LabCounterAdded,
  LabMeasure,
  LabNoteAppended,
  LabNoteSet,
} from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { type LabSwitches, labOf } from "../../../../test/fixtures/lab.js";
import { memoryPlace, type Place } from "../../../../test/fixtures/stores.js";

export type MeasureContext = RunContext<
  typeof LabMeasure,
  typeof LabCounterAdded | typeof LabNoteAppended | typeof LabNoteSet
>;

/** A hub whose runs do what the test says, as a process of a store, and what its `onError` heard of. */
export function runHub(
  runs: NonNullable<LabSwitches["runs"]> | undefined,
  { place = memoryPlace(), work, ...options }: Partial<HubOptions> & { place?: Place; work?: LabSwitches["work"] } = {},
) {
  const reports: ErrorReport[] = [];
  const hub = new Hub({
    features: [labOf({ ...(runs !== undefined && { runs }), ...(work !== undefined && { work }) })],
    store: place.open(),
    onError: (report) => reports.push(report),
    ...options,
  });
  return { hub, reports, place };
}

/** What a session's notes say. */
export async function texts(hub: Hub, sessionId = "s"): Promise<string[]> {
  const { entities } = await hub.snapshot(sessionId);
  return entities.map(({ payload }) => (payload as unknown as { text: string }).text);
}

/** Resolves once a run has ended. */
export async function ended(hub: Hub, id: string, sessionId = "s"): Promise<string> {
  for (let tries = 0; tries < 2000; tries++) {
    const run = (await hub.runs(sessionId)).find((each) => each.id === id);
    if (run?.outcome !== undefined) return run.outcome.status;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`run ${id} did not end`);
}
