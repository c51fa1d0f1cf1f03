import { aKind, type Kind, kindTitles } from "@sessionstream/plugin/model";
import { nearest } from "@sessionstream/plugin/nearest";
import { ts } from "ts-morph";
import { nameReadBy } from "../trace/members.js";
import { isDeclaredBy } from "../trace/package-of.js";
import { calleeOf, literalsOf } from "../trace/semantics.js";
import { type DeclaredNames, kindsOf } from "./declared-names.js";
import type { TypeScriptRule } from "./rule.js";
import { nameKnownInfo } from "./rule-infos.js";

/** Finds lookups of undeclared names, and comparisons with them. */
export const nameKnown: TypeScriptRule = {
  info: nameKnownInfo,
  visitor({ checker, names }, report) {
    if (names === undefined) return () => undefined;
    const check = (kind: Kind | undefined, name: ts.Expression | undefined): void => {
      if (kind === undefined || name === undefined) return;
      for (const text of literalsOf(name, checker) ?? []) {
        if (!names[kind].has(text)) report(name, whatIsWrong(kind, text, names));
      }
    };
    return (node) => {
      if (ts.isCallExpression(node)) {
        if (mayLookUp(node)) check(lookedUpBy(node, checker), node.arguments[0]);
      } else if (ts.isBinaryExpression(node) && isComparison(node.operatorToken.kind)) {
        check(nameReadBy(node.left, checker), node.right);
        check(nameReadBy(node.right, checker), node.left);
      } else if (ts.isSwitchStatement(node)) {
        const kind = nameReadBy(node.expression, checker);
        for (const clause of node.caseBlock.clauses)
          check(kind, ts.isCaseClause(clause) ? clause.expression : undefined);
      }
    };
  },
};

function whatIsWrong(kind: Kind, name: string, names: DeclaredNames): string {
  const [other] = kindsOf(name, names);
  if (other !== undefined) return `got "${name}", which is ${aKind(other)}: want ${aKind(kind)}`;
  const near = nearest(name, names[kind]);
  return `no ${kindTitles[kind]} is named "${name}"${near === undefined ? ": declare it in a proto file" : `: did you mean "${near}"?`}`;
}

const lookups: ReadonlyMap<string, Kind> = new Map([
  ["command", "command"],
  ["decodeCommand", "command"],
  ["event", "event"],
  ["uiEvent", "ui_event"],
  ["timelineEntity", "timeline_entity"],
  ["hasTimelineEntity", "timeline_entity"],
  ["run", "run"],
  ["hasRun", "run"],
]);

/** Whether a call may look up a name: the called method or function has the name of a lookup. */
function mayLookUp({ expression }: ts.CallExpression): boolean {
  return ts.isPropertyAccessExpression(expression) ? lookups.has(expression.name.text) : ts.isIdentifier(expression);
}

/** The kind of the name that a call looks up in a SchemaRegistry. */
function lookedUpBy(call: ts.CallExpression, checker: ts.TypeChecker): Kind | undefined {
  const declaration = calleeOf(call, checker);
  if (declaration === undefined || !ts.isMethodDeclaration(declaration)) return undefined;
  return isDeclaredBy(declaration, "@sessionstream/runtime") ? lookups.get(declaration.name.getText()) : undefined;
}

function isComparison(operator: ts.SyntaxKind): boolean {
  return (
    operator === ts.SyntaxKind.EqualsEqualsEqualsToken ||
    operator === ts.SyntaxKind.ExclamationEqualsEqualsToken ||
    operator === ts.SyntaxKind.EqualsEqualsToken ||
    operator === ts.SyntaxKind.ExclamationEqualsToken
  );
}
