import { ts } from "ts-morph";

/** An expression without what only the compiler sees, and without parentheses and `await`. */
export function bare(node: ts.Expression): ts.Expression {
  if (
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isTypeAssertionExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isAwaitExpression(node)
  ) {
    return bare(node.expression);
  }
  return node;
}

/** Calls back for a node and all in it. */
export function forEachNode(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => forEachNode(child, visit));
}

/**
 * The declaration of what a call calls; the first where it is overloaded. To
 * have the compiler resolve the call itself would type all its arguments.
 */
export function calleeOf(
  call: ts.CallExpression | ts.NewExpression,
  checker: ts.TypeChecker,
): ts.SignatureDeclaration | ts.JSDocSignature | undefined {
  const callee = checker.getTypeAtLocation(call.expression);
  const [signature] = ts.isNewExpression(call) ? callee.getConstructSignatures() : callee.getCallSignatures();
  return signature?.declaration;
}

/** What an identifier stands for, whatever names it was imported and exported under. */
export function symbolOf(node: ts.Node, checker: ts.TypeChecker): ts.Symbol | undefined {
  const symbol =
    ts.isIdentifier(node) && ts.isShorthandPropertyAssignment(node.parent)
      ? checker.getShorthandAssignmentValueSymbol(node.parent)
      : checker.getSymbolAtLocation(node);
  return symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** The strings that an expression can be, where its type says which; undefined where it is any string. */
export function literalsOf(node: ts.Expression, checker: ts.TypeChecker): readonly string[] | undefined {
  return literalsOfType(checker.getTypeAtLocation(node));
}

/** The strings that a type has; undefined where it has anything else. */
export function literalsOfType(type: ts.Type): readonly string[] | undefined {
  const literals: string[] = [];
  for (const member of type.isUnion() ? type.types : [type]) {
    if (!member.isStringLiteral()) return undefined;
    literals.push(member.value);
  }
  return literals;
}

/** The name that a property, a variable or a function is declared by. */
export function nameText(name: ts.Node | undefined): string | undefined {
  return name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name))
    ? name.text
    : undefined;
}
