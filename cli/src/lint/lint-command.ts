import { type Command, Option } from "commander";
import type { Done } from "../shell/exit-code.js";
import { terminalOf } from "../shell/terminal.js";
import { wrap } from "../shell/wrap.js";
import type { LintOptions } from "./lint.js";

const description = `Checks annotated proto files and the TypeScript that uses them.

It looks for a buf workspace and a tsconfig.json in the working directory, and in the folders above it. It checks the proto files of the workspace, and the TypeScript files of the tsconfig.json and of the projects that it references. buf compiles the proto files. Nothing is written. If you give paths, only these files are checked.`;

const notes = [
  'To accept a finding in TypeScript, write "// sessionstream-lint-ignore RULE_ID" on the line before it. In a proto file, write "// buf:lint:ignore RULE_ID" in the comment of the message or field.',
  "The exit code is 0 if there are no findings, 1 if there are findings, and 2 if the checks could not run.",
  '--format json prints one object: {"version": 1, "findings": [{"ruleId", "message", "path", "line", "column", "endLine"?, "endColumn"?, "related": [{"path", "line", "column"}]}], "checked": {"proto", "typescript"}}. Paths are relative to the working directory. Lines and columns count from 1. "checked" says how many files were checked.',
];

/** Adds `sessionstream lint`. */
export function lintCommand(program: Command, done: Done): void {
  program
    .command("lint")
    .summary("check proto files and TypeScript")
    .description(description)
    .argument("[paths...]", "check only these files, folders or globs")
    .addOption(new Option("--proto <input>", "check these proto files: a folder, or an image that buf built"))
    .addOption(new Option("--no-proto", "check no proto files, and no names against them"))
    .addOption(new Option("--tsconfig <file>", "take files and options from this tsconfig.json"))
    .addOption(new Option("--no-typescript", "check no TypeScript"))
    .addOption(new Option("--format <format>", "the format of the findings").choices(["text", "json"]).default("text"))
    .addOption(new Option("--rules", "list the rules, and check nothing"))
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
