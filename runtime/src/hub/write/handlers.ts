import type { CommandContext } from "../feature/command-context.js";
import type { Feature } from "../feature/feature.js";
import type { RunFunctions } from "../feature/run-context.js";

/** Handles the commands of a feature. */
export type Handler = (context: CommandContext) => void | Promise<void>;

/** What handles each command, by its name. */
export function handlersOf(features: readonly Feature[]): ReadonlyMap<string, Handler> {
  return new Map(
    features.flatMap((feature) => {
      const handle = feature.handle?.bind(feature);
      return handle === undefined ? [] : feature.desc.commands.map(({ name }): [string, Handler] => [name, handle]);
    }),
  );
}

/** What does and ends each run, by its name. */
export function runsOf(features: readonly Feature[]): ReadonlyMap<string, RunFunctions> {
  return new Map(
    features.flatMap((feature) => {
      const run = feature.run?.bind(feature);
      const ended = feature.ended?.bind(feature);
      if (ended === undefined) return [];
      return feature.desc.runs.map(({ name }): [string, RunFunctions] => [name, { run, ended }]);
    }),
  );
}
