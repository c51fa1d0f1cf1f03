import { guarded } from "./guarded.js";

/** The steps on an event's way, in their order; `submit` is that of a command. */
export type PipelineStep = "submit" | "order" | "ui-projection" | "timeline-projection" | "commit" | "fanout";

/** One step, as a pipeline observer hears of it. */
export interface PipelineRecord {
  /** `rebuild` where events of the log are folded again, for a retry or a rebuild. */
  readonly mode: "live" | "rebuild";
  readonly step: PipelineStep;
  readonly sessionId: string;
  /** The name of the event, or of the command. */
  readonly name: string;
  /** The ordinal of the event; undefined for a command. */
  readonly ordinal?: bigint;
  /** How many UI events or timeline changes there were. */
  readonly count?: number;
  /** Why the step failed. */
  readonly error?: unknown;
}

/** Hears of each step. What it throws is ignored; it must return quickly. */
export type PipelineObserver = (record: PipelineRecord) => void;

/** An observer that cannot harm those who call it; undefined where there is none. */
export function harmless(observer: PipelineObserver | undefined): PipelineObserver | undefined {
  const ignored = () => {};
  return observer && ((record) => guarded(() => observer(record), ignored));
}
