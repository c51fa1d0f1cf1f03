import { style, type Terminal } from "../../shell/terminal.js";
import type { Finding } from "./finding.js";

// A tab fills the columns up to the next multiple of this number. buf counts in the same way.
const tabWidth = 4;

/** The line of a finding, with carets below the wrong text. Empty if the file has no such line. */
export function codeFrame(finding: Finding, lines: readonly string[], terminal: Terminal): readonly string[] {
  const source = lines[finding.line - 1];
  if (source === undefined) return [];
  const isProto = finding.path.endsWith(".proto");
  const start = widthOf(source, finding.column - 1, isProto);
  const end = finding.endLine === finding.line ? widthOf(source, (finding.endColumn ?? 0) - 1, isProto) : start + 1;
  const number = String(finding.line);
  const bar = style(terminal, "dim", "|");
  const carets = style(terminal, "red", "^".repeat(Math.max(end - start, 1)));
  return [
    `  ${style(terminal, "dim", number)} ${bar} ${expanded(source)}`.trimEnd(),
    `  ${" ".repeat(number.length)} ${bar} ${" ".repeat(start)}${carets}`,
  ];
}

/** The width of the text before a column, with spaces instead of tabs. */
function widthOf(source: string, column: number, countsTabs: boolean): number {
  return countsTabs ? column : expanded(source.slice(0, column)).length;
}

function expanded(source: string): string {
  let text = "";
  for (const character of source) {
    text += character === "\t" ? " ".repeat(tabWidth - (text.length % tabWidth)) : character;
  }
  return text;
}
