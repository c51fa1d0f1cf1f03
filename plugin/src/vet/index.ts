export { compareFindings, type Finding, formatFinding } from "./finding.js";
export { rules } from "./rules/index.js";
export type { Report, Rule } from "./rules/rule.js";
export { vet } from "./vet.js";
