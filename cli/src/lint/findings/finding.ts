/** A position in a file that the user can open. Lines and columns count from 1. */
export interface Location {
  /** Relative to the working directory, with `/`. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** A mistake that a rule found, and its place. `--format json` prints this object. */
export interface Finding extends Location {
  readonly ruleId: string;
  /** What the rule found, what it wants, and how to fix it. */
  readonly message: string;
  /** The position after the last character, if the rule knows it. */
  readonly endLine?: number;
  readonly endColumn?: number;
  /** The other places that the finding is about. */
  readonly related: readonly Location[];
}

/** Orders findings as they are printed: by path, line, column, rule and message. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    compare(a.path, b.path) ||
    a.line - b.line ||
    a.column - b.column ||
    compare(a.ruleId, b.ruleId) ||
    compare(a.message, b.message)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
