import { guarded } from "./guarded.js";

/** The steps of an event, in their order. `submit` is the step of a command. */
export type PipelineStep = "submit" | "order" | "ui-projection" | "timeline-projection" | "commit" | "fanout";

/** A step, as a pipeline observer hears of it. */
export interface PipelineRecord {
  /** `rebuild` if the hub folds events of the log again, for a retry or a rebuild. */
  readonly mode: "live" | "rebuild";
  readonly step: PipelineStep;
  readonly sessionId: string;
  /** The name of the event, or of the command. */
  readonly name: string;
  /** The ordinal of the event. Undefined for a command. */
  readonly ordinal?: bigint;
  /** How many UI events or timeline changes there were. */
  readonly count?: number;
  /** Why the step failed. */
  readonly error?: unknown;
}

/** Hears of each step. It must return quickly. If it throws, the hub ignores the error. */
export type PipelineObserver = (record: PipelineRecord) => void;

/** An observer that cannot harm its caller. Undefined if there is none. */
export function harmless(observer: PipelineObserver | undefined): PipelineObserver | undefined {
  const ignored = () => {};
  return observer && ((record) => guarded(() => observer(record), ignored));
}
