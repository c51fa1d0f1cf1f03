import type { HubSubmitOptions } from "../../hub/write/submit-options.js";
import type { GivenOptions } from "./ended.js";
import { type CallSite, calledFrom } from "./mismatch.js";
import { isChosenRun } from "./run/run-choice.js";
import type { Action } from "./scenario.js";
import type { Given, Step } from "./step.js";

/** What begins a step. */
export function stepping({ identity, now }: GivenOptions, take: (action: Action, at: CallSite) => Step): Given {
  const methods: Given = {
    when(command, payload, { until, crash, ...options } = {}) {
      const name = command?.name;
      const asked = { ...(identity !== undefined && { identity }), ...options } as HubSubmitOptions;
      const act: Action["act"] = ({ hub, sessionId }) => hub.submit(sessionId, command, payload, asked);
      return take({ title: `when ${name}`, name, until, crash, act }, calledFrom(methods.when));
    },
    whenStarted(run, input, { until, crash, ...options } = {}) {
      const name = run?.name;
      const act: Action["act"] = ({ hub, sessionId }) => hub.start(sessionId, run, input, options);
      return take({ title: `when ${name} started`, name, until, crash, act }, calledFrom(methods.whenStarted));
    },
    whenTakenOver({ until, crash } = {}) {
      const act = async () => {};
      return take({ title: "when taken over", takesOver: true, until, crash, act }, calledFrom(methods.whenTakenOver));
    },
    whenCancelled(run, reason) {
      const name = typeof run === "string" ? `"${run}"` : run?.name;
      const act: Action["act"] = async ({ hub, sessionId }) => {
        const { runs } = await hub.session(sessionId);
        const chosen = runs.filter((each) => isChosenRun(run, each));
        if (chosen.length === 0) throw new Error(`there is no run ${name} that has not ended`);
        for (const { id } of chosen) await hub.cancelRun(sessionId, id, reason);
      };
      return take({ title: `when ${name} cancelled`, act }, calledFrom(methods.whenCancelled));
    },
    whenAdvanced(milliseconds, { until, crash } = {}) {
      const act = async () => advance(now, milliseconds);
      return take({ title: `when ${milliseconds} ms later`, until, crash, act }, calledFrom(methods.whenAdvanced));
    },
  };
  return methods;
}

function advance(now: GivenOptions["now"], milliseconds: number): void {
  const clock = now as { advance?(milliseconds: number): void } | undefined;
  if (clock?.advance === undefined) throw new TypeError("whenAdvanced: give `given` a fakeClock() as `now`");
  clock.advance(milliseconds);
}
