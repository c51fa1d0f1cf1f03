import { type Kind, kindTitles, type Mark, type SchemaModel } from "@sessionstream/plugin/model";
import { ts } from "ts-morph";
import { nameReadBy } from "../trace/members.js";
import { literalsOf } from "../trace/semantics.js";
import { forEachNode } from "../trace/syntax.js";
import type { TypeScriptRule } from "./rule.js";
import { switchCompleteInfo } from "./rule-infos.js";

/** Finds switches that silently skip some names of commands, events, UI events or runs. */
export const switchComplete: TypeScriptRule = {
  info: switchCompleteInfo,
  visitor({ checker, model }, report) {
    return (node) => {
      if (!ts.isSwitchStatement(node)) return;
      const kind = nameReadBy(node.expression, checker);
      if (kind === undefined || kind === "timeline_entity") return;
      const { clauses } = node.caseBlock;
      const fallback = clauses.find(ts.isDefaultClause);
      if (fallback !== undefined && refuses(fallback, checker)) return;
      const cases = clauses.filter(ts.isCaseClause).flatMap(({ expression }) => literalsOf(expression, checker) ?? []);
      const wanted = literalsOf(node.expression, checker) ?? namesOfFeatures(cases, kind, model);
      const missing = wanted.filter((name) => !cases.includes(name));
      if (missing.length === 0) return;
      const mend =
        fallback === undefined
          ? "add them, or a default that throws"
          : "its default passes over them in silence: add them, or have the default throw";
      report(
        node.expression,
        `the switch misses the ${kindTitles[kind]}${missing.length === 1 ? "" : "s"} ${missing.join(", ")}; ${mend}`,
      );
    };
  },
};

/**
 * The names of a kind in the features of the cases. Empty without a schema. Leaves out
 * superseded events, because their successors arrive in their place.
 */
function namesOfFeatures(cases: readonly string[], kind: Kind, model: SchemaModel | undefined): readonly string[] {
  const files = cases.flatMap((name) => model?.names[kind].get(name) ?? []).map(({ file }) => file);
  const isWanted = (mark: Mark): boolean => mark.kind === kind && mark.supersededBy === undefined;
  const marks = [...new Set(files)].flatMap((file) => file.marks.filter(isWanted));
  return [...new Set(marks.flatMap(({ names }) => names.map(({ text }) => text)))];
}

/** Whether a default throws, or proves to the compiler that code never reaches it. */
function refuses(fallback: ts.DefaultClause, checker: ts.TypeChecker): boolean {
  let found = false;
  forEachNode(fallback, (node) => {
    if (ts.isThrowStatement(node) || node.kind === ts.SyntaxKind.NeverKeyword) found = true;
    // `return assertNever(event)`
    else if (ts.isCallExpression(node) && checker.getTypeAtLocation(node).flags & ts.TypeFlags.Never) found = true;
  });
  return found;
}
