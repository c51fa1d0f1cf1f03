import { ts } from "ts-morph";
import { symbolOf } from "./semantics.js";
import { forEachNode } from "./syntax.js";

/** A step into an object or an array: a property, an index, or undefined for any of these. */
export type Step = string | number | undefined;

/** The steps from a value to the part that a trace follows. */
export type Path = readonly Step[];

/**
 * The origins of the result of a built-in function, each with the path to it. For
 * example, `Object.entries(all)` contains the values of `all`.
 */
export function iteratedPath(
  node: ts.CallExpression | ts.NewExpression,
  path: Path,
): readonly (readonly [ts.Expression, Path])[] {
  const [first] = node.arguments ?? [];
  const callee = node.expression.getText();
  if (ts.isNewExpression(node)) return /^(Map|Set|Array)$/.test(callee) && first !== undefined ? [[first, path]] : [];
  if (callee === "Object.entries" && first !== undefined) {
    const [, within, ...rest] = path;
    return Number(within ?? 1) === 1 ? [[first, [undefined, ...rest]]] : [];
  }
  if (/^Object\.(values|freeze|assign)$|^Array\.from$|^structuredClone$/.test(callee)) {
    return node.arguments.map((argument) => [argument, path] as const);
  }
  if (!ts.isPropertyAccessExpression(node.expression)) return [];
  const { expression: receiver, name } = node.expression;
  switch (name.text) {
    // The elements of a Map are pairs of a key and a value.
    case "get":
      return [[receiver, [undefined, 1, ...path]]];
    case "values":
      return [[receiver, [undefined, 1, ...path.slice(1)]]];
    case "at":
    case "find":
    case "pop":
    case "shift":
      return [[receiver, [undefined, ...path]]];
    case "concat":
    case "entries":
    case "filter":
    case "slice":
    case "toSorted":
    case "toReversed":
      return [receiver, ...node.arguments].map((value) => [value, path] as const);
    case "map":
    case "flatMap":
      if (first === undefined || !isFunction(first)) return [];
      return functionReturns(first).map((value) => [value, name.text === "map" ? path.slice(1) : path] as const);
    default:
      return [];
  }
}

/** The expressions that a function returns. */
export function functionReturns(declaration: ts.Node): readonly ts.Expression[] {
  const body = ts.isFunctionLike(declaration) && "body" in declaration ? declaration.body : undefined;
  if (body === undefined) return [];
  if (!ts.isBlock(body as ts.Node)) return [body as ts.Expression];
  const returned: ts.Expression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isReturnStatement(node) && node.expression !== undefined) returned.push(node.expression);
    if (!ts.isFunctionLike(node)) ts.forEachChild(node, visit);
  };
  ts.forEachChild(body as ts.Block, visit);
  return returned;
}

/** The values that are assigned to a variable or a property in its own file. */
export function valuesAssignedTo(
  symbol: ts.Symbol | undefined,
  declaration: ts.Declaration,
  checker: ts.TypeChecker,
): readonly ts.Expression[] {
  if (symbol === undefined || isConstant(declaration)) return [];
  const values: ts.Expression[] = [];
  forEachNode(declaration.getSourceFile(), (node) => {
    if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return;
    const target = ts.isPropertyAccessExpression(node.left) ? node.left.name : node.left;
    if (ts.isIdentifier(target) && target.text === symbol.name && symbolOf(target, checker) === symbol) {
      values.push(node.right);
    }
  });
  return values;
}

function isConstant(declaration: ts.Declaration): boolean {
  return (
    ts.isFunctionLike(declaration) ||
    ts.isPropertyAssignment(declaration) ||
    (ts.isVariableDeclaration(declaration) && (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0)
  );
}

function isFunction(node: ts.Expression): node is ts.ArrowFunction | ts.FunctionExpression {
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node);
}
