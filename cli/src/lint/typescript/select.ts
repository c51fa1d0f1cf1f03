import type { SchemaModel } from "@sessionstream/plugin/model";
import { ts } from "ts-morph";
import { candidatesIn, filesThatMention } from "./candidates.js";
import { type TypedFiles, TypedProject } from "./program.js";
import { registrarDeclaredAt } from "./registrations.js";
import { relaysOf } from "./rules/payload-concrete.js";
import type { Texts } from "./source-files.js";

/**
 * Gives types to the files in which a rule could find something, and to no
 * more. Undefined where there are none.
 */
export function selectFiles(
  texts: Texts,
  options: ts.CompilerOptions,
  model: SchemaModel | undefined,
): TypedFiles | undefined {
  const candidates = candidatesIn(texts, model);
  if (candidates.size === 0) return undefined;
  const project = new TypedProject(options);
  const add = (paths: Iterable<string>): boolean => {
    let added = false;
    for (const path of paths) {
      const text = texts.get(path);
      if (text === undefined || project.has(path)) continue;
      project.add(path, text);
      added = true;
    }
    return added;
  };
  add(candidates);
  // A file that calls a function which registers what it is given may say
  // nothing else that tells. Its callers may pass on what they are given, too.
  for (;;) {
    const typed = project.typed();
    const relays = relaysOf(typed, (symbol) => registrarOf(symbol, typed.checker));
    if (!add(filesThatMention(relays, texts))) return typed;
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
