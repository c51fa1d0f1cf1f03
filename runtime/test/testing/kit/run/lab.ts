import { AssertionError } from "node:assert";
import type { RunContext } from "@sessionstream/runtime";
import type { Step } from "@sessionstream/runtime/testing";
import { expect } from "vitest";
import {
  type LabCounterAdded,
  type LabMeasure,
  LabNoteAppended,
  LabNoteSet,
} from "../../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { type LabSwitches, labOf } from "../../../../../test/fixtures/lab.js";

export type MeasureContext = RunContext<
  typeof LabMeasure,
  typeof LabCounterAdded | typeof LabNoteAppended | typeof LabNoteSet
>;

/** The feature Lab, whose runs do what the test says. */
export function lab({ work, ...runs }: LabSwitches["runs"] & Pick<LabSwitches, "work">) {
  return labOf({ runs, ...(work !== undefined && { work }) });
}

export const note = (text: string) => LabNoteAppended.of({ number: 1, text });
export const set = (number: number, text: string) => LabNoteSet.of({ number, text });

/** The AssertionError of a step that is not met. */
export async function failureOf(step: Step): Promise<AssertionError> {
  const thrown = await step.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(AssertionError);
  return thrown as AssertionError;
}
