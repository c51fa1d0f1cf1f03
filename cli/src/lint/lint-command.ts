import { type Command, Option } from "commander";
import type { Done } from "../shell/exit-code.js";
import { terminalOf } from "../shell/terminal.js";
import { wrap } from "../shell/wrap.js";
import type { LintOptions } from "./lint.js";

const description = `Checks annotated proto files and the TypeScript that uses them.

The proto files are those of the buf workspace at or above the working directory; buf compiles them and nothing is written. The TypeScript files are those of the tsconfig.json there and of the projects that it references. Paths, which are files, folders or globs, limit both.`;

const notes = [
  'To keep a finding, write "// sessionstream-lint-ignore RULE_ID" on the line before it in TypeScript, or "// buf:lint:ignore RULE_ID" in the comment of the message or field in a proto file.',
  "Exits with 0 when nothing was found, 1 with findings, 2 when it could not run.",
  '--format json prints one object: {"version": 1, "findings": [{"ruleId", "message", "path", "line", "column", "endLine"?, "endColumn"?, "related": [{"path", "line", "column"}]}], "checked": {"proto", "typescript"}}. Paths are relative to the working directory, lines and columns count from 1, "checked" counts files.',
];

/** Adds `sessionstream lint`. */
export function lintCommand(program: Command, done: Done): void {
  program
    .command("lint")
    .summary("check proto files and TypeScript")
    .description(description)
    .argument("[paths...]", "files, folders or globs to limit it to")
    .addOption(new Option("--proto <input>", "the proto files: a folder, or an image that buf built"))
    .addOption(new Option("--no-proto", "do not check proto files, nor names against them"))
    .addOption(new Option("--tsconfig <file>", "the tsconfig.json to take files and options from"))
    .addOption(new Option("--no-typescript", "do not check TypeScript"))
    .addOption(new Option("--format <format>", "how to print findings").choices(["text", "json"]).default("text"))
    .addOption(new Option("--rules", "list the rules and check nothing"))
    .addHelpText("after", () => {
      const { width } = terminalOf(process.stdout);
      return notes.flatMap((note) => ["", ...wrap(note, width)]).join("\n");
    })
    .action(async (paths: string[], options: LintOptions & { readonly rules?: true }) => {
      // The checks take a hundred times longer to load than the command takes to start.
      const { lint, listRules } = await import("./lint.js");
      done(options.rules === true ? await listRules(options.format) : await lint(paths, options));
    });
}
