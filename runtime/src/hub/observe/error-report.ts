import { messageOf } from "../../base/errors.js";
import { guarded } from "./guarded.js";
import type { PipelineStep } from "./pipeline-observer.js";

/**
 * Where something went wrong: at a step of an event's way, in reading it from the
 * log (`decode`), in what a run published (`publish`), in a run, or in what a
 * feature does when a session is opened.
 */
export type FailedStep = Exclude<PipelineStep, "submit"> | "decode" | "publish" | "run" | "opened";

/** Something that went wrong, as `onError` hears of it. */
export interface ErrorReport {
  readonly step: FailedStep;
  readonly sessionId: string;
  /** The ordinal of the event that it is about, where it has one. */
  readonly ordinal?: bigint;
  /** The name of the event, or the id of the run. */
  readonly name?: string;
  readonly error: unknown;
}

export type ErrorObserver = (report: ErrorReport) => void;

/** Makes what reports failures to an observer, or prints them where there is none. */
export function reporter(onError: ErrorObserver = printError): ErrorObserver {
  return (report) => {
    // An observer that fails must not hide what it was told.
    guarded(
      () => onError(report),
      () => printError(report),
    );
  };
}

function printError({ step, sessionId, ordinal, name, error }: ErrorReport): void {
  const at = ordinal === undefined ? "" : ` at ordinal ${ordinal}`;
  const about = name === undefined ? "" : ` of "${name}"`;
  console.error(`sessionstream: ${step}${about}${at} in session "${sessionId}": ${messageOf(error)}`);
}
