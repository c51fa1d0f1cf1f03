import type { SchemaModel } from "@sessionstream/plugin/model";
import type { ts } from "ts-morph";
import { shownPath } from "../../shell/paths.js";
import type { Finding, Location } from "../findings/finding.js";
import { isLintIgnored } from "./lint-ignore.js";
import type { TypeScriptProject } from "./project/projects.js";
import { refuseUnresolvedImports } from "./project/unresolved-imports.js";
import { typeRelevantFiles } from "./relevant-files.js";
import { declaredNames } from "./rules/declared-names.js";
import { rules } from "./rules/index.js";
import type { RuleContext } from "./rules/rule.js";
import { forEachNode } from "./trace/syntax.js";

/**
 * Checks the files of a project. `model` is the schema of the run. Without it, the
 * rules skip everything that they would check against a schema.
 *
 * @throws {CannotRun} RUNTIME_NOT_RESOLVED
 */
export function checkTypeScript(
  project: TypeScriptProject,
  model: SchemaModel | undefined,
  cwd: string,
): readonly Finding[] {
  const typed = typeRelevantFiles(project, model);
  if (typed === undefined) return [];
  const place = (node: ts.Node): string => {
    const { path, line, column } = locationOf(node, cwd);
    return `${path}:${line}:${column}`;
  };
  refuseUnresolvedImports(typed, place);
  const names = model && declaredNames(model, typed);
  const context: RuleContext = { ...typed, model, names, place };
  const findings: Finding[] = [];
  const visitors = rules.map(({ info, visitor }) =>
    visitor(context, (node, message, related = []) => {
      const finding = { ruleId: info.id, message, ...locationOf(node, cwd), ...endOf(node) };
      if (isLintIgnored(node.getSourceFile().text, finding.line, info.id)) return;
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
