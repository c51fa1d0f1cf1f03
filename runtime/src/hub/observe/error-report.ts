import { messageOf } from "../../base/errors.js";
import { guarded } from "./guarded.js";
import type { PipelineStep } from "./pipeline-observer.js";

/**
 * The step that failed: a step of an event's way, reading an event of the log (`decode`),
 * an event that nobody waits for (`publish`), a run (`run`), background work (`background`),
 * a handler that the hub left when it closed (`submit`), or writing a checkpoint, without which
 * only looks into the past take longer (`checkpoint`).
 */
export type FailedStep = PipelineStep | "decode" | "publish" | "run" | "background" | "checkpoint";

/** A failure, as `onError` hears of it. */
export interface ErrorReport {
  readonly step: FailedStep;
  readonly sessionId: string;
  /** The ordinal of the event, if the failure is about an event with an ordinal. */
  readonly ordinal?: bigint;
  /** The name of the event, the command or the run, or the id of the background work. */
  readonly name?: string;
  readonly error: unknown;
}

export type ErrorObserver = (report: ErrorReport) => void;

/** Makes a function that reports failures to an observer. Without an observer, it prints them. */
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
