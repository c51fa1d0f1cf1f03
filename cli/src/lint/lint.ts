import { resolve } from "node:path";
import { CannotRun } from "../errors.js";
import { type ExitCode, exitCodes } from "../exit-code.js";
import { style, terminalOf } from "../terminal.js";
import type { LintFlags } from "./command.js";
import { compareFindings } from "./finding.js";
import { formatText } from "./output/text.js";
import type { CheckedProtos } from "./proto/check.js";
import type { LintResult } from "./result.js";
import { isSelected, type Selection, selectionOf } from "./selection.js";

/** Checks what the command line says and prints what was found. Throws CannotRun. */
export async function lint(paths: readonly string[], flags: LintFlags, cwd = process.cwd()): Promise<ExitCode> {
  const result = await check(await selectionOf(paths, cwd), flags, cwd);
  const { findings, checked } = result;
  process.stdout.write(
    flags.format === "json"
      ? `${JSON.stringify({ version: 1, findings, checked }, undefined, 2)}\n`
      : formatText(findings, checked, cwd, terminalOf(process.stdout)),
  );
  return findings.length === 0 ? exitCodes.clean : exitCodes.findings;
}

/** Prints every rule with what it checks. */
export async function listRules({ format }: LintFlags): Promise<ExitCode> {
  const { rules } = await import("@sessionstream/plugin/vet");
  const { ruleInfos } = await import("./typescript/rule-list.js");
  const infos = [...rules, ...ruleInfos].map(({ id, purpose }) => ({ id, purpose }));
  const terminal = terminalOf(process.stdout);
  process.stdout.write(
    format === "json"
      ? `${JSON.stringify({ version: 1, rules: infos }, undefined, 2)}\n`
      : infos.map(({ id, purpose }) => `${style(terminal, "bold", id)}\n  ${purpose}\n`).join(""),
  );
  return exitCodes.clean;
}

async function check(selection: Selection | undefined, flags: LintFlags, cwd: string): Promise<LintResult> {
  if (flags.proto === false && !flags.typescript) {
    throw new CannotRun(
      "NOTHING_TO_DO",
      "--no-proto and --no-typescript leave nothing to check: give one of them at most",
    );
  }
  // buf compiles in a process of its own while this one loads its compiler.
  const [protos, typescript] = await Promise.all([
    flags.proto === false ? undefined : checkProtoFiles(flags.proto, cwd),
    flags.typescript ? readTypeScript(selection, flags.tsconfig, cwd) : undefined,
  ]);
  const selects = ({ path }: { path: string }): boolean => isSelected(resolve(cwd, path), selection);
  const findings = [...(protos?.findings ?? []), ...(typescript?.check(protos) ?? [])].filter(selects);
  return {
    findings: findings.sort(compareFindings),
    checked: {
      proto: protos?.files.filter((path) => selects({ path })).length ?? 0,
      typescript: typescript?.count ?? 0,
    },
  };
}

async function checkProtoFiles(given: string | undefined, cwd: string): Promise<CheckedProtos> {
  const { protoInput } = await import("./proto/input.js");
  const input = protoInput(given, cwd);
  const { checkProtos } = await import("./proto/check.js");
  return checkProtos(input, cwd);
}

async function readTypeScript(selection: Selection | undefined, tsconfig: string | undefined, cwd: string) {
  const { countSelected, readSources } = await import("./typescript/sources.js");
  const { checkTypeScript } = await import("./typescript/check.js");
  const sources = readSources(selection, tsconfig, cwd);
  return {
    count: countSelected(sources, selection),
    check: (protos: CheckedProtos | undefined) => sources.flatMap((each) => checkTypeScript(each, protos?.model, cwd)),
  };
}
