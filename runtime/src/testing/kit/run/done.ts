import { inspect } from "node:util";
import type { BackendEvent } from "../../../hub/feature/backend-event.js";
import type { RunInfo } from "../../../hub/feature/run-info.js";
import type { SchemaRegistry } from "../../../schema/registry.js";
import { type DescRun, RunStart } from "../../../schema/run.js";
import { type Comparison, compareInOrder, type ExpectedEvent, jsonOf, type Shown } from "../expected.js";
import type { Effect } from "./effect.js";
import type { EffectCall, ExpectedCall } from "./effect-call.js";

/** What a run did: an event that it published, a run that it started, or a call of an effect. */
export type Done = BackendEvent | RunInfo | EffectCall;

/** What is expected of it: an event, a run made with `start`, a call made with `of`, or one of these with any content. */
export type ExpectedDone = ExpectedEvent | RunStart | DescRun | ExpectedCall | Effect;

/** Compares what was done in its order. */
export function compareDone(
  registry: SchemaRegistry,
  expected: readonly ExpectedDone[],
  got: readonly Done[],
): Comparison {
  return {
    expected: expected.map((each) => showExpected(registry, each)),
    got: got.map((each, index) => showDone(registry, each, expected[index])),
  };
}

function showExpected(registry: SchemaRegistry, wanted: ExpectedDone): Shown {
  if (typeof wanted === "function") return { name: wanted.name };
  if ("effect" in wanted) return { name: wanted.effect.name, args: shownArgs(wanted.args) };
  if (wanted instanceof RunStart) {
    return { name: wanted.desc.name, payload: jsonOf(registry, wanted.desc.schema, wanted.input) };
  }
  if (isRun(wanted)) return { name: wanted.name };
  return compareInOrder(registry, [wanted], [], () => undefined).expected[0] as Shown;
}

/** As failures show it: of what may have any content, none. */
export function showDone(registry: SchemaRegistry, done: Done, wanted?: ExpectedDone): Shown {
  const { name } = done;
  const isWanted = wanted !== undefined && showExpected(registry, wanted).name === name;
  if ("args" in done) {
    if (isWanted && typeof wanted === "function") return { name };
    const count = isWanted && typeof wanted === "object" && "effect" in wanted ? wanted.args.length : undefined;
    return { name, args: shownArgs(done.args).slice(0, count) };
  }
  if ("startedAt" in done) {
    if (isWanted && typeof wanted === "object" && isRun(wanted)) return { name };
    const { input } = done;
    return { name, ...(input !== undefined && { payload: jsonOf(registry, registry.run(name).schema, input) }) };
  }
  const event = wanted !== undefined && isEvent(wanted) ? [wanted] : [];
  return compareInOrder(registry, event, [done], (each) => registry.loggedEvent(each)?.schema).got[0] as Shown;
}

function isRun(wanted: object): wanted is DescRun {
  return "kind" in wanted && wanted.kind === "run";
}

function isEvent(wanted: ExpectedDone): wanted is ExpectedEvent {
  return typeof wanted === "object" && !("effect" in wanted) && !(wanted instanceof RunStart) && !isRun(wanted);
}

/** Arguments in a form that can be compared and shown. A signal is no part of what is asked for. */
function shownArgs(args: readonly unknown[]): readonly unknown[] {
  return args.filter((each) => !(each instanceof AbortSignal)).map((each) => shownArg(each));
}

function shownArg(given: unknown): unknown {
  try {
    const text = JSON.stringify(given, (_, value: unknown) => {
      if (value instanceof AbortSignal) return undefined;
      return typeof value === "bigint" || typeof value === "function" ? String(value) : value;
    });
    return text === undefined ? null : JSON.parse(text);
  } catch {
    return inspect(given);
  }
}
