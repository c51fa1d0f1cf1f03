import { ts } from "ts-morph";

/**
 * The declaration of what a call calls; of overloads, the first. The compiler
 * would type all arguments to resolve the call itself.
 */
export function calleeOf(
  call: ts.CallExpression | ts.NewExpression,
  checker: ts.TypeChecker,
): ts.SignatureDeclaration | ts.JSDocSignature | undefined {
  const callee = checker.getTypeAtLocation(call.expression);
  const [signature] = ts.isNewExpression(call) ? callee.getConstructSignatures() : callee.getCallSignatures();
  return signature?.declaration;
}

/** What an identifier stands for, whatever the names under which files import and export it. */
export function symbolOf(node: ts.Node, checker: ts.TypeChecker): ts.Symbol | undefined {
  const symbol =
    ts.isIdentifier(node) && ts.isShorthandPropertyAssignment(node.parent)
      ? checker.getShorthandAssignmentValueSymbol(node.parent)
      : checker.getSymbolAtLocation(node);
  return symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** The strings that an expression can be; undefined where its type does not tell them. */
export function literalsOf(node: ts.Expression, checker: ts.TypeChecker): readonly string[] | undefined {
  const type = checker.getTypeAtLocation(node);
  const literals: string[] = [];
  for (const member of type.isUnion() ? type.types : [type]) {
    if (!member.isStringLiteral()) return undefined;
    literals.push(member.value);
  }
  return literals;
}
