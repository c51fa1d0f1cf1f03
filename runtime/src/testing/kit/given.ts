import type { Feature } from "../../hub/feature/feature.js";
import type { EventDraft } from "../../schema/event.js";
import {
  type Check,
  hasFailed,
  hasPublished,
  hasReported,
  hasTold,
  isDone,
  isQuiet,
  shows,
  wasRejected,
} from "./checks.js";
import type { Ended, GivenOptions } from "./ended.js";
import { type CallSite, calledFrom } from "./mismatch.js";
import { hasDone, hasRepeated, haveEnded } from "./run/run-checks.js";
import { type Action, listOf, Scenario } from "./scenario.js";
import type { Given, Step } from "./step.js";
import { stepping } from "./steps.js";

/**
 * A session that has some events. They are stored without a handler, and projected as always. Each
 * step that is called on it begins a session of its own.
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

function begin(
  scenario: Scenario,
  options: GivenOptions,
  action: Action,
  before: Promise<unknown>,
  at: CallSite,
): Step {
  const ended = scenario.step(action, before);
  const { registry } = scenario;

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
      ended: (outcome, run) => also(haveEnded(outcome, run, calledFrom(step.ended))),
      did: (calls) => also(hasDone(calls, calledFrom(step.did))),
      repeated: (done) => also(hasRepeated(done, calledFrom(step.repeated))),
      rejectedWith: (code, detail) => and({ outcome: wasRejected(code, detail, calledFrom(step.rejectedWith)) }),
      failedWith: (error) => and({ outcome: hasFailed(error, calledFrom(step.failedWith)) }),
      reported: (...errors) => and({ quiet: hasReported(errors, calledFrom(step.reported)) }),
    } satisfies Omit<Step, keyof Promise<Ended>>);
    return step;
  };
  return expecting({ quiet: isQuiet(at), outcome: isDone(at), others: [] });
}
