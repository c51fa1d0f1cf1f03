import { ts } from "ts-morph";
import { type Member, memberReadBy } from "../trace/members.js";
import { bare } from "../trace/syntax.js";
import type { TypeScriptRule } from "./rule.js";
import { ordinalBigintInfo } from "./rule-infos.js";

/** Finds code that turns ordinals into numbers. */
export const ordinalBigint: TypeScriptRule = {
  info: ordinalBigintInfo,
  visitor({ checker }, report) {
    const check = (conversion: ts.Node, value: ts.Expression | undefined): void => {
      const member = value === undefined ? undefined : ordinalIn(value, checker);
      if (member === undefined) return;
      report(
        conversion,
        `${member.owner}.${member.name} is turned into a number, which is wrong above 2^53: keep the bigint, or use String() for JSON`,
      );
    };
    return (node) => {
      if ((ts.isCallExpression(node) || ts.isNewExpression(node)) && isNumberMaker(node.expression)) {
        check(node, node.arguments?.[0]);
      } else if (ts.isCallExpression(node) && isMapping(node) && node.arguments.some(isNumberMaker)) {
        check(node, mappedValue(node));
      } else if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.PlusToken) {
        check(node, node.operand);
      } else if (
        (ts.isAsExpression(node) || ts.isTypeAssertionExpression(node)) &&
        node.type.kind === ts.SyntaxKind.NumberKeyword
      ) {
        check(node, node.expression);
      }
    };
  },
};

function isNumberMaker(callee: ts.Expression): boolean {
  return /^(globalThis\.)?(Number|parseInt|parseFloat|Number\.parseInt|Number\.parseFloat)$/.test(callee.getText());
}

function isMapping(call: ts.CallExpression): boolean {
  return ts.isPropertyAccessExpression(call.expression) && call.expression.name.text === "map";
}

/** The `value` in `xs.map((x) => value).map(Number)`, which turns it into a number. */
function mappedValue(call: ts.CallExpression): ts.Expression | undefined {
  const values = ts.isPropertyAccessExpression(call.expression) ? bare(call.expression.expression) : undefined;
  if (values === undefined || !ts.isCallExpression(values) || !isMapping(values)) return undefined;
  const [mapper] = values.arguments;
  return mapper !== undefined && ts.isArrowFunction(mapper) && ts.isExpression(mapper.body) ? mapper.body : undefined;
}

/** The ordinal in a value: the value itself, or a text with its digits. */
function ordinalIn(value: ts.Expression, checker: ts.TypeChecker): Member | undefined {
  const node = bare(value);
  if (ts.isConditionalExpression(node)) return ordinalIn(node.whenTrue, checker) ?? ordinalIn(node.whenFalse, checker);
  if (ts.isBinaryExpression(node)) {
    // A difference is no ordinal: `sort((a, b) => Number(a.ordinal - b.ordinal))` is right.
    if (node.operatorToken.kind === ts.SyntaxKind.MinusToken) return undefined;
    return ordinalIn(node.left, checker) ?? ordinalIn(node.right, checker);
  }
  if (ts.isTemplateExpression(node)) return onlySpan(node, checker);
  if (ts.isCallExpression(node)) {
    const { expression } = node;
    const [argument] = node.arguments;
    if (expression.getText() === "String" && argument !== undefined) return ordinalIn(argument, checker);
    if (ts.isPropertyAccessExpression(expression) && /^(toString|valueOf)$/.test(expression.name.text)) {
      return ordinalIn(expression.expression, checker);
    }
    return undefined;
  }
  const member = memberReadBy(node, checker);
  return member !== undefined && isOrdinal(member.name) && isBigint(member.type) ? member : undefined;
}

function onlySpan({ head, templateSpans }: ts.TemplateExpression, checker: ts.TypeChecker): Member | undefined {
  const [span, ...more] = templateSpans;
  const isAlone = head.text === "" && span?.literal.text === "" && more.length === 0;
  return isAlone ? ordinalIn(span.expression, checker) : undefined;
}

/** Whether a member has the name of an ordinal. Other bigints of a store, such as times and counts, are no ordinals. */
function isOrdinal(name: string): boolean {
  return /ordinal$|^cursor$|^asOf$/i.test(name);
}

function isBigint(type: ts.Type): boolean {
  return (type.isUnion() ? type.types : [type]).some(({ flags }) => (flags & ts.TypeFlags.BigIntLike) !== 0);
}
