import type { Finding } from "./finding.js";

/** How many files were checked. */
export interface Checked {
  readonly proto: number;
  readonly typescript: number;
}

/** What `sessionstream lint` found. */
export interface LintResult {
  /** In order. */
  readonly findings: readonly Finding[];
  readonly checked: Checked;
}
