import type { SchemaModel } from "@sessionstream/plugin/model";
import type { ts } from "ts-morph";
import { shownPath } from "../../shell/paths.js";
import type { Finding, Location } from "../findings/finding.js";
import { isIgnored } from "./ignored.js";
import { knownNames } from "./known-names.js";
import { requireResolved } from "./resolved.js";
import type { RuleContext } from "./rule.js";
import { rules } from "./rules/index.js";
import { selectFiles } from "./select.js";
import type { Sources } from "./sources.js";
import { forEachNode } from "./syntax.js";

/**
 * Checks source files that are compiled with the same options. `model` is the
 * schema that names are checked against, where there is one. Throws CannotRun.
 */
export function checkTypeScript(sources: Sources, model: SchemaModel | undefined, cwd: string): readonly Finding[] {
  const typed = selectFiles(sources, model);
  if (typed === undefined) return [];
  const place = (node: ts.Node): string => {
    const { path, line, column } = locationOf(node, cwd);
    return `${path}:${line}:${column}`;
  };
  requireResolved(typed, place);
  const names = model && knownNames(model, typed);
  const context: RuleContext = { ...typed, model, names, place };
  const findings: Finding[] = [];
  const visitors = rules.map(({ info, visitor }) =>
    visitor(context, (node, message, related = []) => {
      const finding = { ruleId: info.id, message, ...locationOf(node, cwd), ...endOf(node) };
      if (isIgnored(node.getSourceFile().text, finding.line, info.id)) return;
      findings.push({ ...finding, related: related.map((other) => locationOf(other, cwd)) });
    }),
  );
  for (const file of typed.files) {
    forEachNode(file, (node) => {
      for (const visit of visitors) visit(node);
    });
  }
  return findings;
}

function locationOf(node: ts.Node, cwd: string): Location {
  const file = node.getSourceFile();
  const { line, character } = file.getLineAndCharacterOfPosition(node.getStart(file));
  return { path: shownPath(file.fileName, cwd), line: line + 1, column: character + 1 };
}

function endOf(node: ts.Node): { endLine: number; endColumn: number } {
  const { line, character } = node.getSourceFile().getLineAndCharacterOfPosition(node.getEnd());
  return { endLine: line + 1, endColumn: character + 1 };
}
