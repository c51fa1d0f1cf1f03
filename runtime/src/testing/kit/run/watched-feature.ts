import type { CommandContext } from "../../../hub/feature/command-context.js";
import type { Feature } from "../../../hub/feature/feature.js";
import type { RunContext } from "../../../hub/feature/run-context.js";
import type { Session } from "../../../hub/feature/session.js";
import type { Await, AwaitKind } from "./crash.js";
import { doing } from "./doing.js";
import type { TestProcess } from "./process.js";
import { watchedWaits } from "./watched-waits.js";

/** A feature whose handlers and runs can die with a process, at each await. */
export function watched(feature: Feature, process: TestProcess): Feature {
  // What is no feature, the hub refuses.
  if (typeof feature !== "object" || feature === null) return feature;
  const handle = feature.handle?.bind(feature);
  const run = feature.run?.bind(feature);
  const own: Partial<Feature> = {
    ...(handle !== undefined && {
      handle: (context) => doing.run({ process, run: undefined }, () => handle(watchedCommand(context, process))),
    }),
    ...(run !== undefined && { run: (context) => doRun(run, context, process) }),
  };
  return new Proxy(feature, { get: (target, name) => Reflect.get(own, name) ?? Reflect.get(target, name) });
}

/** A feature whose runs are left to other processes. */
export function withoutRuns(feature: Feature): Feature {
  if (typeof feature !== "object" || feature === null) return feature;
  return new Proxy(feature, { get: (target, name) => (name === "run" ? undefined : Reflect.get(target, name)) });
}

async function doRun(run: NonNullable<Feature["run"]>, context: RunContext, process: TestProcess): Promise<void> {
  const { id, name, attempt, signal } = context;
  // Of an attempt that is over already, there is no end to commit.
  const end = () => (signal.aborted ? undefined : ({ kind: "end", names: [], run: { id, name } } as const));
  try {
    await doing.run({ process, run: { id, name, attempt } }, async () => run(watchedRun(context, process)));
  } catch (error) {
    await process.awaiting(end(), async () => {});
    throw error;
  }
  await process.awaiting(end(), async () => {});
}

type Act = (...args: never) => Promise<unknown>;
type About = (...args: readonly unknown[]) => readonly string[];

function watchedCommand(context: CommandContext, process: TestProcess): CommandContext {
  const { publish, decide, start, background, signal, session } = context;
  const plain = <F extends Act>(act: F): F => watchedAct(process, undefined, act);
  return {
    ...context,
    session: watchedSession(session, plain),
    signal: process.follow(signal),
    publish: handled(plain(publish)),
    decide: handled(plain(decide)),
    start: plain(start),
    background: (id, task, options) => background(id, (aborted) => task(process.follow(aborted)), options),
  };
}

function watchedRun(context: RunContext, process: TestProcess): RunContext {
  const { id, name, publish, decide, start, signal, session, coalesce } = context;
  const run = { id, name };
  const as = <F extends Act>(kind: AwaitKind, act: F, about: About = () => []): F =>
    watchedAct(process, (...args) => ({ kind, names: about(...args), run }), act);
  return {
    ...context,
    session: watchedSession(session, (act) => as("cancelRun", act)),
    signal: process.follow(signal),
    publish: handled(as("publish", publish, namesOf)),
    decide: handled(as("decide", decide)),
    start: as("start", start, namesOf),
    ...watchedWaits(context, process, as),
    coalesce: (event, merge, options) => as("coalesce", coalesce(event, merge, options), () => namesOf(event)),
  };
}

/** What is refused, the runtime reports, where nobody waits for it. */
function handled<F extends Act>(act: F): F {
  return ((...args: never) => {
    const done = act(...args);
    done.catch(() => {});
    return done;
  }) as F;
}

function watchedAct<F extends Act>(
  process: TestProcess,
  made: ((...args: readonly unknown[]) => Await) | undefined,
  act: F,
): F {
  return ((...args: never) => process.awaiting(made?.(...(args as readonly unknown[])), () => act(...args))) as F;
}

function watchedSession(session: Session, watch: (act: Session["cancelRun"]) => Session["cancelRun"]): Session {
  const cancelRun = watch(session.cancelRun);
  const members = { ...Object.getOwnPropertyDescriptors(session), cancelRun: { value: cancelRun, enumerable: true } };
  return Object.defineProperties({}, members) as Session;
}

/** The names of what is published or started: a descriptor, or a list of drafts. */
function namesOf(...[given]: readonly unknown[]): readonly string[] {
  const all: readonly unknown[] = Array.isArray(given) ? given : [given];
  return all.flatMap((each) => {
    const { desc, name } = (each ?? {}) as { readonly desc?: { readonly name?: unknown }; readonly name?: unknown };
    const found = desc?.name ?? name;
    return typeof found === "string" ? [found] : [];
  });
}
