import { createRequire } from "node:module";
import { Command, CommanderError } from "commander";
import { helpCommand } from "./help/help-command.js";
import { lintCommand } from "./lint/lint-command.js";
import { CannotRun } from "./shell/cannot-run.js";
import { type ExitCode, exitCodes } from "./shell/exit-code.js";

const { version } = createRequire(import.meta.url)("../package.json") as { version: string };

/** Runs the command line that is given, without the program's name. Resolves to what to exit with. */
export async function run(args: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.clean;
  const program = new Command("sessionstream")
    .description("Checks sessionstream schemas and the code that uses them, and explains both.")
    .version(version)
    .helpCommand(false)
    // Commands inherit it: an option that is wrong must not exit like a finding.
    .exitOverride();
  const done = (code: ExitCode): void => {
    exitCode = code;
  };
  for (const add of [lintCommand, helpCommand]) add(program, done);
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.clean : exitCodes.cannotRun;
    console.error(`sessionstream: ${textOf(error)}`);
    return exitCodes.cannotRun;
  }
  return exitCode;
}

/** What went wrong, with its code at the end of the first line; for a fault of ours, what one needs to report it. */
function textOf(error: unknown): unknown {
  if (error instanceof CannotRun) return error.message.replace(/$/m, ` (${error.code})`);
  return error instanceof Error ? error.stack : error;
}
