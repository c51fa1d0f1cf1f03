import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { style, type Terminal } from "../../shell/terminal.js";
import { codeFrame } from "./code-frame.js";
import type { Finding } from "./finding.js";
import type { LintResult } from "./result.js";

/** A result for people: first each finding as `path:line:col: message (RULE_ID)` with a code frame, then the counts. */
export function formatText({ findings, checked }: LintResult, cwd: string, terminal: Terminal): string {
  const files = new Map<string, readonly string[]>();
  const linesOf = (path: string): readonly string[] => {
    const lines = files.get(path) ?? readLines(resolve(cwd, path));
    files.set(path, lines);
    return lines;
  };
  const blocks = findings.map((finding) => {
    const { path, line, column, message, ruleId } = finding;
    const head = `${style(terminal, "bold", `${path}:${line}:${column}`)}: ${message} ${style(terminal, "dim", `(${ruleId})`)}`;
    return [head, ...codeFrame(finding, linesOf(path), terminal), ""].join("\n");
  });
  return [...blocks, `${summary(findings)} (checked ${countOf(checked)})\n`].join("\n");
}

function summary(findings: readonly Finding[]): string {
  if (findings.length === 0) return "no findings";
  const files = new Set(findings.map(({ path }) => path)).size;
  return `${plural(findings.length, "finding")} in ${plural(files, "file")}`;
}

function countOf({ proto, typescript }: LintResult["checked"]): string {
  return `${plural(proto, "proto file")}, ${plural(typescript, "TypeScript file")}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The lines of a file. Empty if the disk does not have the file, such as a file in an image. */
function readLines(path: string): readonly string[] {
  try {
    return readFileSync(path, "utf8").split(/\r?\n/);
  } catch {
    return [];
  }
}
