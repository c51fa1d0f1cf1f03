import type { SchemaModel } from "../model/index.js";
import { compareFindings, type Finding, findingAt } from "./finding.js";
import type { Rule } from "./rule.js";
import { rules as allRules } from "./rules/index.js";

/** Checks a model against the rules, all of them by default. Returns the findings in order. */
export function vet(model: SchemaModel, rules: readonly Rule[] = allRules): readonly Finding[] {
  const findings: Finding[] = [];
  for (const { id, check } of rules) {
    check(model, (place, message, related = []) => findings.push(findingAt(place, id, message, related)));
  }
  return findings.sort(compareFindings);
}
