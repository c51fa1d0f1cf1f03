/** A position in a file that the user can open, counted from 1. */
export interface Location {
  /** Relative to the working directory, with `/`. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** Something that a rule found wrong, and where. What `--format json` prints. */
export interface Finding extends Location {
  readonly ruleId: string;
  /** What was found, what is wanted, and how to mend it. */
  readonly message: string;
  /** The end, after the last character, where it is known. */
  readonly endLine?: number;
  readonly endColumn?: number;
  /** The other places that it is about. */
  readonly related: readonly Location[];
}

/** The order in which findings are printed: by path, line, column, rule and message. */
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
