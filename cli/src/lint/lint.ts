import { resolve } from "node:path";
import { CannotRun } from "../shell/cannot-run.js";
import { type ExitCode, exitCodes } from "../shell/exit-code.js";
import { style, terminalOf } from "../shell/terminal.js";
import { type PathFilter, passes, pathFilterOf } from "./filter/path-filter.js";
import { compareFindings } from "./findings/finding.js";
import { formatText } from "./findings/format-text.js";
import type { LintResult } from "./findings/result.js";
import type { CheckedProtos } from "./proto/check-protos.js";

/** What to check, and how to print what was found. */
export interface LintOptions {
  /** The place of the proto files. False checks none. Undefined looks for them. */
  readonly proto?: string | false;
  readonly typescript: boolean;
  /** The tsconfig.json to use. Undefined looks for it. */
  readonly tsconfig?: string;
  readonly format: Format;
}

type Format = "text" | "json";

/**
 * Checks files and prints the findings.
 *
 * @throws {CannotRun} if something that the run needs is missing or cannot be read
 */
export async function lint(paths: readonly string[], options: LintOptions, cwd = process.cwd()): Promise<ExitCode> {
  const result = await check(await pathFilterOf(paths, cwd), options, cwd);
  process.stdout.write(
    options.format === "json"
      ? `${JSON.stringify({ version: 1, ...result }, undefined, 2)}\n`
      : formatText(result, cwd, terminalOf(process.stdout)),
  );
  return result.findings.length === 0 ? exitCodes.clean : exitCodes.findings;
}

/** Prints every rule with what it checks. */
export async function listRules(format: Format): Promise<ExitCode> {
  const { rules } = await import("@sessionstream/plugin/vet");
  const { ruleInfos } = await import("./typescript/rules/rule-infos.js");
  const infos = [...rules, ...ruleInfos].map(({ id, purpose }) => ({ id, purpose }));
  const terminal = terminalOf(process.stdout);
  process.stdout.write(
    format === "json"
      ? `${JSON.stringify({ version: 1, rules: infos }, undefined, 2)}\n`
      : infos.map(({ id, purpose }) => `${style(terminal, "bold", id)}\n  ${purpose}\n`).join(""),
  );
  return exitCodes.clean;
}

async function check(filter: PathFilter | undefined, options: LintOptions, cwd: string): Promise<LintResult> {
  if (options.proto === false && !options.typescript) {
    throw new CannotRun(
      "NOTHING_TO_DO",
      "--no-proto and --no-typescript leave nothing to check: give one of them at most",
    );
  }
  // buf compiles in its own process. Meanwhile this process loads the TypeScript compiler.
  const [protos, typescript] = await Promise.all([
    options.proto === false ? undefined : checkProtoFiles(options.proto, cwd),
    options.typescript ? readTypeScript(filter, options.tsconfig, cwd) : undefined,
  ]);
  const isWanted = (path: string): boolean => passes(resolve(cwd, path), filter);
  const findings = [...(protos?.findings ?? []), ...(typescript?.check(protos) ?? [])];
  return {
    findings: findings.filter(({ path }) => isWanted(path)).sort(compareFindings),
    checked: {
      proto: protos?.files.filter(isWanted).length ?? 0,
      typescript: typescript?.count ?? 0,
    },
  };
}

async function checkProtoFiles(given: string | undefined, cwd: string): Promise<CheckedProtos> {
  const { protoInput } = await import("./proto/input.js");
  const input = protoInput(given, cwd);
  const { checkProtos } = await import("./proto/check-protos.js");
  return checkProtos(input, cwd);
}

async function readTypeScript(filter: PathFilter | undefined, tsconfig: string | undefined, cwd: string) {
  const { countFiles, readProjects } = await import("./typescript/project/projects.js");
  const { checkTypeScript } = await import("./typescript/check-typescript.js");
  const projects = readProjects(filter, tsconfig, cwd);
  return {
    count: countFiles(projects, filter),
    check: (protos: CheckedProtos | undefined) => projects.flatMap((each) => checkTypeScript(each, protos?.model, cwd)),
  };
}
