import { formatLocation, type Location } from "../model/index.js";

/** Something that a rule found wrong, and where. */
export interface Finding {
  readonly ruleId: string;
  /** What was found, what is wanted, and how to mend it. */
  readonly message: string;
  readonly location: Location;
  /** The other locations that it is about, in other files too. */
  readonly related: readonly Location[];
}

/** `path:line:col: message (RULE_ID)`. */
export function formatFinding({ location, message, ruleId }: Finding): string {
  return `${formatLocation(location)}: ${message} (${ruleId})`;
}

/** The order in which findings are printed: by path, line, column, rule and message. */
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
