import { isSessionstreamError, SessionstreamError } from "../../base/errors.js";
import { aTime, checkOptions, invalidOption } from "../../base/option.js";
import { checkRunId } from "../../schema/run.js";
import { toStoreError } from "../../store/store-error.js";
import type { RunOutcome, RunWait } from "../../store/stored-run.js";
import type { RunContext, WaitFor, WaitOptions } from "../feature/run-context.js";
import { decide } from "../write/lane/decision.js";
import type { Lane } from "../write/lane/lane.js";
import type { SessionHost } from "../write/lane/session-host.js";
import { enqueue, type Origin } from "../write/publisher.js";
import type { Alarms } from "./alarms.js";
import { storePause } from "./run-facts.js";

/** What waiting needs of its attempt. */
export interface Waiting {
  readonly host: SessionHost;
  readonly lane: Lane;
  readonly alarms: Alarms;
  /** Aborted when the attempt is over. */
  readonly signal: AbortSignal;
  readonly origin: Origin;
  /** The attempt does nothing else until what is returned resolves. Notes what it waits for. */
  pause(wait: RunWait): () => Promise<void>;
  /** From a change on, it looks whether what it waits for is there: the attempt may be about to go on. */
  looks(isLooking: boolean): void;
}

/** What was waited for, once it is there. */
type Found<T> = { readonly value: T } | undefined;

/** The waits of one attempt of a run. They hold nothing that a crash could lose: a new attempt waits anew. */
export class Waits {
  readonly #of: Waiting;
  /** Wake those that wait: one listener for all, as many waits are no leak. */
  readonly #wakes = new Set<() => void>();

  constructor(of: Waiting) {
    this.#of = of;
    const wakeAll = () => {
      for (const wake of this.#wakes) wake();
    };
    of.signal.addEventListener("abort", wakeAll, { once: true });
  }

  readonly waitFor = (async (
    entity,
    id,
    predicate = () => true,
    options: WaitOptions & { readonly until?: number } = {},
  ) => {
    checkOptions("waitFor", options, { until: aTime });
    const { lane } = this.#of;
    const wait: RunWait = { for: "entity", kind: entity.name, id: String(id), ...untilOf(options) };
    let seen: unknown;
    return this.#until(wait, options, async () => {
      const live = lane.timeline.get(entity, id);
      if (live === undefined || live === seen || !predicate(live)) {
        seen = live;
        return undefined;
      }
      seen = undefined;
      return this.#durable((view) => {
        const value = view.get(entity, id);
        return value !== undefined && predicate(value) ? { value } : undefined;
      });
    });
  }) as WaitFor;

  readonly waitForRun: RunContext["waitForRun"] = async (id, options = {}) => {
    checkRunId(id);
    const { lane, host } = this.#of;
    const found = await this.#until({ for: "run", id }, options, async (): Promise<Found<RunOutcome>> => {
      if (lane.runs.has(id)) return undefined;
      const run = await host.store.run({ sessionId: lane.id, id }).catch((thrown: unknown) => {
        throw toStoreError(thrown, { sessionId: lane.id, run: id });
      });
      if (run === undefined) throw unknownRun(lane.id, id);
      return run.ended && { value: run.ended.outcome };
    });
    return found as RunOutcome;
  };

  readonly sleepUntil: RunContext["sleepUntil"] = async (time, options = {}) => {
    if (!aTime.accepts(time)) throw invalidOption("sleepUntil", "time", time, aTime.words);
    await this.#until({ for: "time", until: time }, options, async () => undefined);
  };

  /** Looks at a view all of which is durable once this resolves. Where the timeline has stopped, there is nothing. */
  async #durable<T>(look: (view: Lane["timeline"]) => Found<T>): Promise<Found<T>> {
    let found: Found<T>;
    const content = (view: Lane["timeline"]) => {
      found = look(view);
      return { events: [] };
    };
    try {
      await enqueue(this.#of.lane, (state) => decide(content, state), this.#of.origin);
      return found;
    } catch (thrown) {
      if (isSessionstreamError(thrown, "TIMELINE_STALLED")) return undefined;
      throw thrown;
    }
  }

  /** Looks again after each change of the session. Resolves to undefined once the time of the wait has come. */
  async #until<T>(wait: RunWait, { signal }: WaitOptions, look: () => Promise<Found<T>>): Promise<T | undefined> {
    const { lane, alarms, host, looks } = this.#of;
    const { until } = wait;
    const checkAborted = () => {
      this.#of.signal.throwIfAborted();
      signal?.throwIfAborted();
    };
    checkAborted();
    let resolveChanged = () => {};
    let hasChanged = false;
    let isPaused = false;
    let isLooking = false;
    const setLooking = (is: boolean) => {
      if (is === isLooking || !isPaused) return;
      isLooking = is;
      looks(is);
    };
    const wake = () => {
      hasChanged = true;
      setLooking(true);
      resolveChanged();
    };
    let retry: ReturnType<typeof setTimeout> | undefined;
    const tryToLook = () =>
      look().catch((thrown: unknown): undefined => {
        if (!isSessionstreamError(thrown, "STORE_FAILED")) throw thrown;
        // What waits for days does not fail with the store. Nothing else may wake it.
        clearTimeout(retry);
        retry = setTimeout(() => wake(), storePause);
        (retry as { unref?(): void }).unref?.();
      });
    const first = await tryToLook();
    if (first !== undefined) return first.value;
    if (until !== undefined && until <= host.now()) return undefined;
    const goOn = this.#of.pause(wait);
    isPaused = true;
    let hasRung = false;
    const stop = [
      lane.listen(() => wake()),
      until === undefined
        ? () => {}
        : alarms.at(until, () => {
            hasRung = true;
            wake();
          }),
    ];
    const abort = () => wake();
    this.#wakes.add(abort);
    signal?.addEventListener("abort", abort);
    try {
      for (;;) {
        const changed = new Promise<void>((resolve) => {
          resolveChanged = resolve;
        });
        hasChanged = false;
        setLooking(true);
        const found = await tryToLook();
        if (found !== undefined) return found.value;
        checkAborted();
        if (hasRung) return undefined;
        if (!hasChanged) setLooking(false);
        await changed;
      }
    } finally {
      this.#wakes.delete(abort);
      signal?.removeEventListener("abort", abort);
      for (const end of stop) end();
      clearTimeout(retry);
      try {
        await goOn();
      } finally {
        setLooking(false);
        isPaused = false;
      }
    }
  }
}

function untilOf({ until }: { readonly until?: number }): { readonly until?: number } {
  return until === undefined ? {} : { until };
}

function unknownRun(sessionId: string, run: string): SessionstreamError {
  return new SessionstreamError("UNKNOWN_RUN", `session "${sessionId}" has no run "${run}": start it first`, {
    sessionId,
    run,
  });
}
