import { methodDoc } from "./doc-comments.js";
import type { FeatureCode } from "./feature-code.js";
import { flowType } from "./flow-types.js";
import type { SourceWriter } from "./source-writer.js";
import { switchOverNames } from "./switch-over-names.js";

/** Writes the handler interface with one method for each command, and the switch that calls the methods. */
export function writeHandlers(out: SourceWriter, feature: FeatureCode): void {
  const { name, exports, commands } = feature;
  if (commands.length === 0) return;
  const context = out.runtimeType("CommandContext");
  out.interface(
    `Handles the commands of the feature ${name}.`,
    exports.handlers,
    commands.map((command) => ({
      doc: methodDoc(command.mark.message),
      name: command.method,
      type: [
        ["(context: ", context, `<typeof ${command.export}, `, flowType(out, feature, command, "emits"), ">)"],
        " => void | Promise<void>",
      ],
    })),
  );
  out.type(
    `A command of the feature ${name}, with what its handler is given.`,
    exports.commandContext,
    commands.map((command) => [context, `<typeof ${command.export}>`]),
  );
  out.function(
    "Calls the handler of a command.",
    exports.handle,
    [
      ["handlers", exports.handlers],
      ["context", exports.commandContext],
    ],
    "void | Promise<void>",
    switchOverNames(out, commands, { subject: "context", receiver: "handlers", args: "context" }),
  );
}
