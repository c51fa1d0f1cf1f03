import type { SchemaModel } from "@sessionstream/plugin/model";
import { ts } from "ts-morph";
import { candidatesIn, filesThatMention, mayRegister } from "./candidates.js";
import { type TypedFiles, TypedProject } from "./program.js";
import { registrarDeclaredAt } from "./registrations.js";
import { relaysOf } from "./rules/payload-concrete.js";
import type { Sources } from "./sources.js";

/**
 * Gives types to the files in which a rule could find something, and to no
 * more. Undefined where there are none.
 */
export function selectFiles(
  { texts, declarations, options }: Sources,
  model: SchemaModel | undefined,
): TypedFiles | undefined {
  const candidates = candidatesIn(texts, model);
  if (candidates.length === 0) return undefined;
  const project = new TypedProject(options, declarations);
  for (const [path, text] of candidates) project.add(path, text, mayRegister(text));
  // A file that calls a function which registers what it is given may say
  // nothing else that tells. Its callers may pass on what they are given, too.
  for (;;) {
    const typed = project.typed();
    const relays = relaysOf(typed, (symbol) => registrarOf(symbol, typed.checker));
    const added = filesThatMention(relays, texts).map(([path, text]) => project.add(path, text, true));
    if (!added.includes(true)) return typed;
  }
}

/** The registrar that an exported name stands for. */
function registrarOf(exported: ts.Symbol, checker: ts.TypeChecker) {
  const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
  const declaration = symbol.valueDeclaration;
  const registrar = registrarDeclaredAt(declaration);
  if (registrar !== undefined || declaration === undefined || !ts.isVariableDeclaration(declaration)) return registrar;
  const { initializer } = declaration;
  if (initializer === undefined || !(ts.isIdentifier(initializer) || ts.isPropertyAccessExpression(initializer)))
    return undefined;
  const [signature] = checker.getTypeAtLocation(initializer).getCallSignatures();
  return registrarDeclaredAt(signature?.declaration);
}
