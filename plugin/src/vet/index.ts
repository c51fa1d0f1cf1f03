export { compareFindings, type Finding, formatFinding } from "./finding.js";
export type { Report, Rule } from "./rule.js";
export { rules } from "./rules/index.js";
export { vet } from "./vet.js";
