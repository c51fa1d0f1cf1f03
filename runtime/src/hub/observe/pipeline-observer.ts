import { guarded } from "./guarded.js";

/**
 * The steps of an event, in their order. `submit` is the step of a command. `refold` is a step of a session: its timeline
 * is folded again, as it was folded under another schema or a lower `timeline_version`.
 */
export type PipelineStep =
  | "submit"
  | "order"
  | "ui-projection"
  | "timeline-projection"
  | "commit"
  | "fanout"
  | "refold";

/** A step, as a pipeline observer hears of it. */
export interface PipelineRecord {
  /** `rebuild` if the hub folds events of the log again, for a retry, a rebuild or a refold. */
  readonly mode: "live" | "rebuild";
  readonly step: PipelineStep;
  readonly sessionId: string;
  /** The name of the event, or of the command. For `refold`, the names of the features that fold otherwise. */
  readonly name: string;
  /** The ordinal of the event. Undefined for a command. For `refold`, of the last event of the session. */
  readonly ordinal?: bigint;
  /**
   * How many UI events or timeline changes there were. For `refold`, how many stored entities were other: it is reported
   * twice, without a count when it begins, and with one when it is done. Those who read the session wait in between.
   */
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
