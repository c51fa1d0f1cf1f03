import type { Given } from "../../processes/console-process.js";
import { Chance } from "../chance.js";

/** What happens next, at one of two processes. */
export type Step = { readonly at: 0 | 1 } & (
  | { readonly do: "publish"; readonly given: readonly Given[] }
  | { readonly do: "repair"; readonly how: "retry" | "rebuild" }
  | { readonly do: "break"; readonly broken: boolean }
  | { readonly do: "kill" }
  /** In milliseconds. */
  | { readonly do: "wait"; readonly time: number }
);

/** What the processes of a history do where a timeline projection fails. The same for many seeds in a row. */
export function policyOf(seed: number): "fail" | "advance" {
  return Math.floor(seed / 50) % 4 === 0 ? "advance" : "fail";
}

/** Makes a history of a seed. */
export function followersHistory(seed: number): readonly Step[] {
  const chance = new Chance(seed);
  const isKilling = chance.is(0.5);
  const isAdvancing = policyOf(seed) === "advance";
  const isBreaking = chance.is(isAdvancing ? 0.7 : 0.3);
  let lines = 0;
  const event = (): Given => {
    const stepId = `s${chance.within(1, 4)}`;
    const kind = chance.next();
    if (kind < 0.6) return ["line", { stepId, line: `${++lines}${chance.is(0.2) ? "X" : ""};` }];
    if (kind < 0.75) return ["asked", { stepId, by: `b${++lines}` }];
    if (kind < 0.85) return ["removed", { stepId }];
    return ["paused", { stepId }];
  };
  const step = (): Step => {
    const at = chance.is(0.5) ? 0 : 1;
    const what = chance.next();
    if (isKilling && what < 0.12) return { at, do: "kill" };
    if (isBreaking && what < 0.25) return { at, do: "break", broken: chance.is(0.6) };
    // Where a timeline went on without an event, a rebuild would not.
    if (what < 0.35) return { at, do: "repair", how: isAdvancing ? "retry" : chance.oneOf(["retry", "rebuild"]) };
    if (what < 0.5) return { at, do: "wait", time: chance.within(0, 30) };
    return { at, do: "publish", given: Array.from({ length: chance.within(1, 6) }, event) };
  };
  return Array.from({ length: chance.within(4, 14) }, step);
}
