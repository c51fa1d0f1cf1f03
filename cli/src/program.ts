import { createRequire } from "node:module";
import { Command, CommanderError } from "commander";
import { dbCommand } from "./db/db-command.js";
import { helpCommand } from "./help/help-command.js";
import { lintCommand } from "./lint/lint-command.js";
import { CannotRun } from "./shell/cannot-run.js";
import { type ExitCode, exitCodes } from "./shell/exit-code.js";
import { printableLines } from "./shell/printable.js";

const { version } = createRequire(import.meta.url)("../package.json") as { version: string };

/**
 * Runs a command line. Resolves to the exit code of the process.
 *
 * @example
 * ```ts
 * process.exitCode = await run(["lint", "--no-typescript"]);
 * ```
 */
export async function run(args: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.clean;
  const program = new Command("sessionstream")
    .description(
      "Checks sessionstream schemas and the code that uses them. Maintains databases. Prints the help pages.",
    )
    .version(version)
    .helpCommand(false)
    // Commands inherit this. A wrong option must not exit like a finding.
    .exitOverride();
  const done = (code: ExitCode): void => {
    exitCode = code;
  };
  for (const add of [lintCommand, dbCommand, helpCommand]) add(program, done);
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.clean : exitCodes.cannotRun;
    console.error(`sessionstream: ${textOf(error)}`);
    return exitCodes.cannotRun;
  }
  return exitCode;
}

/** The text of an error, with its code at the end of the first line. Unexpected errors show their stack, for a report. */
function textOf(error: unknown): unknown {
  if (error instanceof CannotRun || isOfRuntime(error)) {
    return printableLines(error.message).replace(/$/m, ` (${error.code})`);
  }
  return error instanceof Error ? error.stack : error;
}

/** By its shape: the runtime is loaded only where it is used. */
function isOfRuntime(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && error.name === "SessionstreamError" && "code" in error;
}
