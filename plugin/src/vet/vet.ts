import type { SchemaModel } from "../model/index.js";
import { compareFindings, type Finding } from "./finding.js";
import { rules as allRules } from "./rules/index.js";
import type { Rule } from "./rules/rule.js";

/**
 * Checks a model against the rules, by default against all of them. Returns the
 * findings in order. {@link formatFinding} prints one.
 */
export function vet(model: SchemaModel, rules: readonly Rule[] = allRules): readonly Finding[] {
  const findings: Finding[] = [];
  for (const { id, check } of rules) {
    check(model, (location, message, related = []) => findings.push({ ruleId: id, message, location, related }));
  }
  return findings.sort(compareFindings);
}
