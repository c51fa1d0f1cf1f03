/**
 * Whether the line before a line has a comment `sessionstream-lint-ignore RULE_ID`.
 * Commas separate several rules. Text after the rules is for people. `line` counts
 * from 1.
 */
export function isLintIgnored(text: string, line: number, ruleId: string): boolean {
  const before = text.split("\n")[line - 2] ?? "";
  const [, ids = ""] = /\/[/*]\s*sessionstream-lint-ignore\s+(\w+(?:\s*,\s*\w+)*)/.exec(before) ?? [];
  return ids.split(/\s*,\s*/).includes(ruleId);
}
