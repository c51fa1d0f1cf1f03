/**
 * Whether the line before one has a comment `sessionstream-lint-ignore RULE_ID`.
 * Several rules are separated by commas; what follows them is for people.
 * `line` counts from 1.
 */
export function isIgnored(text: string, line: number, ruleId: string): boolean {
  const before = text.split("\n")[line - 2] ?? "";
  const [, ids = ""] = /\/[/*]\s*sessionstream-lint-ignore\s+(\w+(?:\s*,\s*\w+)*)/.exec(before) ?? [];
  return ids.split(/\s*,\s*/).includes(ruleId);
}
