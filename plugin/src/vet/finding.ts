import { formatLocation, type Location } from "../model/index.js";

/** A mistake that a rule found, and its location. */
export interface Finding {
  readonly ruleId: string;
  /** What the rule found, what it wants, and how to fix it. */
  readonly message: string;
  readonly location: Location;
  /** The other locations that the finding is about. They may be in other files. */
  readonly related: readonly Location[];
}

/** `path:line:col: message (RULE_ID)`. */
export function formatFinding({ location, message, ruleId }: Finding): string {
  return `${formatLocation(location)}: ${message} (${ruleId})`;
}

/** Orders findings as they are printed: by path, line, column, rule and message. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    compare(a.location.file.proto.name, b.location.file.proto.name) ||
    a.location.line - b.location.line ||
    a.location.column - b.location.column ||
    compare(a.ruleId, b.ruleId) ||
    compare(a.message, b.message)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
