import type { RunContext, WaitFor } from "../../../hub/feature/run-context.js";
import type { AwaitKind } from "./crash.js";
import type { TestProcess, Wait } from "./process.js";

type Act = (...args: never) => Promise<unknown>;
type Watch = <F extends Act>(kind: AwaitKind, act: F, about?: (...args: readonly unknown[]) => readonly string[]) => F;

/** The waits of a run, so that the process can tell which of them are about to be over. */
export function watchedWaits(
  { session, waitFor, waitForRun, sleepUntil }: RunContext,
  process: TestProcess,
  as: Watch,
): Pick<RunContext, "waitFor" | "waitForRun" | "sleepUntil"> {
  const { hub } = process;
  const { id: sessionId } = session;
  const noted = <T>(isDue: Wait["isDue"], wait: () => Promise<T>): Promise<T> => {
    const waiting: Wait = { sessionId, isDue };
    process.waits.add(waiting);
    const over = () => process.waits.delete(waiting);
    const waited = wait();
    waited.then(over, over);
    return waited;
  };
  const isPast = (time: number | undefined) => time !== undefined && time <= process.now();

  const waitForEntity = ((entity, id, predicate = () => true, options = {}) =>
    noted(
      async () => {
        if (isPast((options as { readonly until?: number }).until)) return true;
        const found = (await hub.timeline(sessionId)).get(entity, id);
        // Where the timeline has stopped, waits go on.
        return found !== undefined && predicate(found) && (await hub.session(sessionId)).stop === undefined;
      },
      () => waitFor(entity, id, predicate, options),
    )) as WaitFor;

  return {
    waitFor: as("waitFor", waitForEntity as Act, (entity) => [(entity as { readonly name: string }).name]) as WaitFor,
    waitForRun: as("waitForRun", (id, options) =>
      noted(
        () => process.hasEnded(sessionId, id),
        () => waitForRun(id, options),
      ),
    ),
    sleepUntil: as("sleepUntil", (time, options) =>
      noted(
        async () => isPast(time),
        () => sleepUntil(time, options),
      ),
    ),
  };
}
