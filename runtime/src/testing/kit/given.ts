import type { Feature } from "../../hub/feature/feature.js";
import type { DescCommand } from "../../schema/command.js";
import type { DescEvent, EventDraft } from "../../schema/event.js";
import type { PayloadInit } from "../../schema/payload.js";
import type { SubmitOptions } from "../../session/session-client.js";
import {
  type Check,
  type ExpectedError,
  hasFailed,
  hasPublished,
  hasReported,
  hasTold,
  isDone,
  isQuiet,
  shows,
  wasRejected,
} from "./checks.js";
import type { ExpectedEntity, ExpectedEvent, ExpectedUiEvent } from "./expected.js";
import { type CallSite, calledFrom } from "./mismatch.js";
import { type Acted, type Action, type Ended, type GivenOptions, listOf, Scenario } from "./scenario.js";

/** How a command is submitted: under a key, by someone. */
export type WhenOptions = Partial<Omit<SubmitOptions, "signal">> & {
  /**
   * The step ends with the first event of this kind, while the handler and its runs go on. What they
   * publish afterwards belongs to the next step, and so does what fails. By default, a step ends when they are done.
   */
  readonly until?: DescEvent;
};

/** A session to which something is about to happen. */
export interface Given {
  /** Submits a command, and waits until its handler and all runs of the session are done. */
  when<D extends DescCommand>(command: D, payload: PayloadInit<D["schema"]>, options?: WhenOptions): Step;
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
  /** The handler rejected the command with this code and, if it is given, this detail. It published nothing. */
  rejectedWith(code: string, detail?: object): Step;
  /** The command was refused or failed. */
  failedWith(error: ExpectedError): Step;
  /** `onError` heard of these failures, in this order. Without it, a step must have none. */
  reported(...errors: readonly ExpectedError[]): Step;
}

/**
 * A session that has some events. They are stored without a handler, and projected as always. Each
 * `when` that is called on it begins a session of its own.
 *
 * It works with every test runner. Features are given as the generated `…Feature` functions make them.
 *
 * @example
 * ```ts
 * test("a tool is decided once", () =>
 *   given(agent, [ToolAsked.of({ callId: "c1" }), ToolDecided.of({ callId: "c1", approved: true })])
 *     .when(DecideTool, { callId: "c1", approved: false })
 *     .rejectedWith("ALREADY_DECIDED"));
 * ```
 */
export function given(
  features: Feature | readonly Feature[],
  events: readonly EventDraft[] = [],
  options: GivenOptions = {},
): Given {
  return stepping(options, (action, at) => {
    const scenario = new Scenario(listOf(features), events, options);
    return begin(scenario, options, action, scenario.begin(), at);
  });
}

/** What begins a step. */
function stepping({ identity }: GivenOptions, take: (action: Action, at: CallSite) => Step): Given {
  const methods: Given = {
    when(command, payload, options = {}) {
      const asked = { ...(identity !== undefined && { identity }), ...options };
      return take(submitting(command, payload, asked), calledFrom(methods.when));
    },
  };
  return methods;
}

function submitting<D extends DescCommand>(
  command: D,
  payload: PayloadInit<D["schema"]>,
  { until, ...options }: WhenOptions,
): Action {
  const title = `when ${command?.name}`;
  return {
    title,
    async act(scenario) {
      const { hub, sessionId } = scenario;
      const seen = until && scenario.seen(until).then((ordinal): Acted => ({ until: ordinal }));
      const submitted = hub.submit(sessionId, command, payload, options as SubmitOptions).then(
        (): Acted => ({}),
        (error: unknown): Acted => ({ error }),
      );
      const over = submitted.then(async (acted) => {
        await hub.waitIdle(sessionId);
        return acted;
      });
      if (seen === undefined) return over;
      const acted = await Promise.race([seen, over]);
      if (acted.until === undefined && acted.error === undefined) {
        throw new Error(`${title}: it ended, and no ${until?.name} was published`);
      }
      // The handler may still go on. What it fails with then belongs to the step in which it does.
      void submitted.then(({ error }) => {
        if (acted.until === undefined || error === undefined) return;
        scenario.report({ step: "submit", sessionId, name: command.name, error });
      });
      return acted;
    },
  };
}

function begin(
  scenario: Scenario,
  options: GivenOptions,
  action: Action,
  before: Promise<unknown>,
  at: CallSite,
): Step {
  const ended = scenario.step(action, before);
  const { registry } = scenario.hub;

  const expecting = (checks: {
    readonly quiet?: Check;
    readonly outcome: Check;
    readonly others: readonly Check[];
  }) => {
    const promise = ended.then((result) => {
      for (const check of [checks.quiet, checks.outcome, ...checks.others]) {
        check?.({ title: action.title, registry, ended: result });
      }
      return result;
    });
    /** A longer chain tells what this promise would. The last of a chain ends the test, also where nobody awaits it. */
    const and = (more: Partial<typeof checks>): Step => {
      promise.catch(() => {});
      return expecting({ ...checks, ...more });
    };
    const also = (check: Check) => and({ others: [...checks.others, check] });
    const step: Step = Object.assign(promise, {
      ...stepping(options, (next, from) => begin(scenario, options, next, promise, from)),
      published: (events) => and({ outcome: hasPublished(events, calledFrom(step.published)) }),
      told: (uiEvents) => also(hasTold(uiEvents, calledFrom(step.told))),
      showing: (entities) => also(shows(entities, calledFrom(step.showing))),
      rejectedWith: (code, detail) => and({ outcome: wasRejected(code, detail, calledFrom(step.rejectedWith)) }),
      failedWith: (error) => and({ outcome: hasFailed(error, calledFrom(step.failedWith)) }),
      reported: (...errors) => and({ quiet: hasReported(errors, calledFrom(step.reported)) }),
    } satisfies Omit<Step, keyof Promise<Ended>>);
    return step;
  };
  return expecting({ quiet: isQuiet(at), outcome: isDone(at), others: [] });
}
