import type { CommandContext } from "../feature/command-context.js";
import type { Feature } from "../feature/feature.js";

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
