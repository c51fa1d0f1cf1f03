import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { style, type Terminal } from "../../terminal.js";
import type { Finding } from "../finding.js";
import type { Checked } from "../result.js";
import { codeFrame } from "./code-frame.js";

/** Findings for people: each as `path:line:col: message (RULE_ID)` with a code frame, then how many there are. */
export function formatText(findings: readonly Finding[], checked: Checked, cwd: string, terminal: Terminal): string {
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

function countOf({ proto, typescript }: Checked): string {
  return `${plural(proto, "proto file")}, ${plural(typescript, "TypeScript file")}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The lines of a file; none where it is not on disk, as those of an image may not be. */
function readLines(path: string): readonly string[] {
  try {
    return readFileSync(path, "utf8").split(/\r?\n/);
  } catch {
    return [];
  }
}
