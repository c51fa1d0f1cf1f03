import type { DescFile } from "@bufbuild/protobuf";
import { type Place, type Position, positionOf } from "../model/index.js";

/** Something that a rule found wrong, and where. */
export interface Finding extends Position {
  readonly ruleId: string;
  /** What was found, what is wanted, and how to mend it. */
  readonly message: string;
  readonly file: DescFile;
  /** The path in the file's descriptor, as in `SourceCodeInfo.Location`. */
  readonly path: readonly number[];
  /** The other places that it is about. */
  readonly related: readonly Place[];
}

/** A finding of a rule at a place. */
export function findingAt(place: Place, ruleId: string, message: string, related: readonly Place[]): Finding {
  return { ruleId, message, file: place.file, path: place.path, ...positionOf(place), related };
}

/** `path:line:col: message (RULE_ID)`. */
export function formatFinding({ file, line, column, message, ruleId }: Finding): string {
  return `${file.proto.name}:${line}:${column}: ${message} (${ruleId})`;
}

/** The order in which findings are printed: by path, line, column, rule and message. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    compare(a.file.proto.name, b.file.proto.name) ||
    a.line - b.line ||
    a.column - b.column ||
    compare(a.ruleId, b.ruleId) ||
    compare(a.message, b.message)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
