import type { HubSubmitOptions } from "../../hub/write/submit-options.js";
import type { DescCommand } from "../../schema/command.js";
import type { DescEvent } from "../../schema/event.js";
import type { PayloadInit } from "../../schema/payload.js";
import type { DescRun, RunStartOptions } from "../../schema/run.js";
import type { ExpectedError } from "./checks.js";
import type { Ended } from "./ended.js";
import type { ExpectedEntity, ExpectedEvent, ExpectedUiEvent } from "./expected.js";
import type { Crash } from "./run/crash.js";
import type { ExpectedDone } from "./run/done.js";
import type { Effect } from "./run/effect.js";
import type { ExpectedCall } from "./run/effect-call.js";
import type { ExpectedOutcome } from "./run/run-checks.js";
import type { RunChoice } from "./run/run-choice.js";

/** How far a step goes. By default, it ends when nothing goes on: runs that wait stay as they are. */
export interface StepOptions {
  /**
   * The step ends with the first event of this kind, while the handler and its runs go on. What they
   * publish afterwards belongs to the next step, and so does what fails.
   */
  readonly until?: DescEvent;
  /** The step ends where the process dies. `whenTakenOver` goes on. */
  readonly crash?: Crash;
}

/** How a command is submitted: under a key, by someone. */
export type WhenOptions = Partial<Omit<HubSubmitOptions, "signal">> & StepOptions;

/** How a run is started. */
export type WhenStartedOptions = RunStartOptions & StepOptions;

/** A session to which something is about to happen. */
export interface Given {
  /** Submits a command, and waits until its handler and all runs of the session are done, or wait. */
  when<D extends DescCommand>(command: D, payload: PayloadInit<D["schema"]>, options?: WhenOptions): Step;
  /** Starts a run without a command. */
  whenStarted<D extends DescRun>(run: D, input: PayloadInit<D["schema"]>, options?: WhenStartedOptions): Step;
  /**
   * Another process takes over the runs, and the next attempt of each begins. The process before dies,
   * if it is still alive.
   */
  whenTakenOver(options?: StepOptions): Step;
  /** Cancels the runs of a kind that have not ended, or the one with an id. There must be one. */
  whenCancelled(run: RunChoice, reason?: string): Step;
  /** Moves the clock on by so many milliseconds: `now` of `given` must be a `fakeClock`. */
  whenAdvanced(milliseconds: number, options?: StepOptions): Step;
}

/**
 * A step and what is expected of it. It is a promise: await or return the last one of a chain. It rejects
 * with an AssertionError where an expectation is not met, and, without an expectation, where the
 * command was not done.
 */
export interface Step extends Promise<Ended>, Given {
  /** Exactly these events, in this order. The command was done. */
  published(events: readonly ExpectedEvent[]): Step;
  /** Exactly these UI events, in this order. */
  told(uiEvents: readonly ExpectedUiEvent[]): Step;
  /** The timeline has these entities, and maybe others. */
  showing(entities: readonly ExpectedEntity[]): Step;
  /** Runs ended in the step, all of them with this outcome, and none goes on. Of all, or of those that are chosen. */
  ended(outcome: ExpectedOutcome, run?: RunChoice): Step;
  /** Exactly these calls of functions made with `effect`, in this order. */
  did(calls: readonly (ExpectedCall | Effect)[]): Step;
  /**
   * Exactly this was done by more than one attempt of a run, since the session began: the same event
   * with the same payload, the start of another run with the same input, the same call of an effect.
   */
  repeated(done: readonly ExpectedDone[]): Step;
  /** The handler rejected the command with this code and, if it is given, this detail. It published nothing. */
  rejectedWith(code: string, detail?: object): Step;
  /** The command was refused or failed. */
  failedWith(error: ExpectedError): Step;
  /** `onError` heard of these failures, in this order. Without it, a step must have none. */
  reported(...errors: readonly ExpectedError[]): Step;
}
