import type { MethodPart } from "./feature-code.js";
import type { Printable } from "./generated-file.js";
import type { SourceWriter } from "./source-writer.js";

/**
 * The lines of a switch over the name of a command, an event or a run. The switch calls the
 * method for that name.
 */
export function switchOverNames(
  out: SourceWriter,
  parts: readonly MethodPart[],
  { subject, receiver, args }: { subject: string; receiver: string; args: string },
): readonly Printable[] {
  return [
    `switch (${subject}.name) {`,
    ...parts.flatMap(({ name, method }) => [
      ["  case ", out.string(name), ":"],
      `    return ${receiver}.${method}(${args});`,
    ]),
    "}",
  ];
}
