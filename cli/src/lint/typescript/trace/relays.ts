import { ts } from "ts-morph";
import type { TypedFiles } from "../project/typed-project.js";
import { Callers } from "./callers.js";
import { registrarDeclaredAt, registrarOf } from "./registrars.js";
import { traceSchema } from "./schema-origins.js";
import { forEachNode } from "./syntax.js";

/**
 * The names through which other files may register message types: functions that pass
 * a message type to a registrar, and exported aliases of registrars.
 */
export function relaysOf(typed: TypedFiles): ReadonlySet<string> {
  const { checker, registering } = typed;
  const callers = new Callers(typed);
  const names = new Set<string>();
  for (const file of registering) {
    forEachNode(file, (node) => {
      if (!ts.isCallExpression(node) || registrarOf(node, checker) === undefined) return;
      for (const name of traceSchema(node, checker, callers).relays) names.add(name);
    });
    const module = checker.getSymbolAtLocation(file);
    for (const symbol of module === undefined ? [] : checker.getExportsOfModule(module)) {
      if (isRegistrar(symbol, checker)) names.add(symbol.name);
    }
  }
  return names;
}

/** Whether an exported name is a registrar or an alias of one. */
function isRegistrar(exported: ts.Symbol, checker: ts.TypeChecker): boolean {
  const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
  const declaration = symbol.valueDeclaration;
  if (declaration === undefined) return false;
  if (registrarDeclaredAt(declaration) !== undefined) return true;
  if (!ts.isVariableDeclaration(declaration)) return false;
  const { initializer } = declaration;
  if (initializer === undefined || !(ts.isIdentifier(initializer) || ts.isPropertyAccessExpression(initializer)))
    return false;
  const [signature] = checker.getTypeAtLocation(initializer).getCallSignatures();
  return registrarDeclaredAt(signature?.declaration) !== undefined;
}
