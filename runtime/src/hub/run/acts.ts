import type { Published } from "../feature/command-context.js";
import type { RunContext } from "../feature/run-context.js";
import type { Publisher } from "../write/publisher.js";
import { type Coalescing, harmless } from "./coalesce.js";
import type { Waits } from "./waits.js";

/** What a run does besides computing. What is held of merged events is published before each. */
export function actsOf(
  { publish, decide, start }: Publisher,
  { waitFor, waitForRun, sleepUntil }: Waits,
  coalescing: Coalescing,
): Pick<RunContext, "publish" | "decide" | "start" | "waitFor" | "waitForRun" | "sleepUntil" | "coalesce"> {
  const after = <Args extends readonly unknown[], Result>(act: (...args: Args) => Promise<Result>) => {
    return (...args: Args): Promise<Result> => {
      coalescing.flush();
      return harmless(act(...args));
    };
  };
  return {
    publish: after(publish as (...args: readonly unknown[]) => Promise<Published>),
    decide: after(decide),
    start: after(start) as RunContext["start"],
    waitFor: after(waitFor) as RunContext["waitFor"],
    waitForRun: after(waitForRun),
    sleepUntil: after(sleepUntil),
    coalesce: coalescing.coalesce,
  };
}
