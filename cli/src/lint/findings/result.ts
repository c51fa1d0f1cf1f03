import type { Finding } from "./finding.js";

/** What `sessionstream lint` found. */
export interface LintResult {
  /** In the order of `compareFindings`. */
  readonly findings: readonly Finding[];
  /** How many files of each language the run checked. */
  readonly checked: {
    readonly proto: number;
    readonly typescript: number;
  };
}
