import type { CommandContext } from "../feature/command-context.js";
import type { Feature } from "../feature/feature.js";
import type { RunImplementation } from "../feature/run-context.js";

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

/** What does each run, by its name. Runs of a feature without both functions are left to other processes. */
export function runsOf(features: readonly Feature[]): ReadonlyMap<string, RunImplementation> {
  return new Map(
    features.flatMap((feature) => {
      const run = feature.run?.bind(feature);
      const ended = feature.ended?.bind(feature);
      if (run === undefined || ended === undefined) return [];
      return feature.desc.runs.map(({ name }): [string, RunImplementation] => [name, { run, ended }]);
    }),
  );
}
