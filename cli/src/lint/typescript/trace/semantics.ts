import { ts } from "ts-morph";

/**
 * The declaration of the function that a call calls. Of several overloads, the first.
 * To resolve the call itself, the compiler would compute the types of all arguments.
 */
export function calleeOf(
  call: ts.CallExpression | ts.NewExpression,
  checker: ts.TypeChecker,
): ts.SignatureDeclaration | ts.JSDocSignature | undefined {
  const callee = checker.getTypeAtLocation(call.expression);
  const [signature] = ts.isNewExpression(call) ? callee.getConstructSignatures() : callee.getCallSignatures();
  return signature?.declaration;
}

/** The symbol of an identifier, behind all names under which files import and export it. */
export function symbolOf(node: ts.Node, checker: ts.TypeChecker): ts.Symbol | undefined {
  const symbol =
    ts.isIdentifier(node) && ts.isShorthandPropertyAssignment(node.parent)
      ? checker.getShorthandAssignmentValueSymbol(node.parent)
      : checker.getSymbolAtLocation(node);
  return symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** The strings that an expression can be. Undefined if its type does not say them. */
export function literalsOf(node: ts.Expression, checker: ts.TypeChecker): readonly string[] | undefined {
  const type = checker.getTypeAtLocation(node);
  const literals: string[] = [];
  for (const member of type.isUnion() ? type.types : [type]) {
    if (!member.isStringLiteral()) return undefined;
    literals.push(member.value);
  }
  return literals;
}
