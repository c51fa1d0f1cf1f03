import { kindTitles } from "@sessionstream/plugin/model";
import { ts } from "ts-morph";
import { Callers } from "../callers.js";
import { schemaTypeOf } from "../generic-types.js";
import { Origins } from "../origins.js";
import type { TypedFiles } from "../program.js";
import { type Registrar, registrarOf, schemaArgument } from "../registrations.js";
import type { TypeScriptRule } from "../rule.js";
import { payloadConcreteInfo } from "../rule-list.js";
import { forEachNode } from "../syntax.js";

/** Finds registrations of messages that can hold anything. */
export const payloadConcrete: TypeScriptRule = {
  info: payloadConcreteInfo,
  visitor(context, report) {
    const { checker, place, registering } = context;
    const origins = new Origins(context, new Callers(context));
    return (node) => {
      if (!ts.isCallExpression(node) || !registering.has(node.getSourceFile())) return;
      const registrar = registrarOf(node, checker);
      if (registrar === undefined) return;
      const reported = new Set<ts.Node>();
      for (const origin of originsOfSchema(node, origins, checker)) {
        const { generic } = schemaTypeOf(origin.node, checker);
        if (generic.length === 0 || reported.has(origin.entry)) continue;
        reported.add(origin.entry);
        const isPassedOn = !isWithin(origin.entry, node);
        const what = `${kindTitles[registrar.kind]} payload ${generic.join(" or ")}`;
        const how = [
          ...(isWithin(origin.node, origin.entry) ? [] : [`written at ${place(origin.node)}`]),
          ...(isPassedOn ? [`passed on to ${registrar.title} at ${place(node)}`] : []),
        ];
        const way = how.length === 0 ? "" : ` (${how.join(", ")})`;
        const related = [origin.node, node].filter(
          (other) => !isWithin(other, origin.entry) && !isWithin(origin.entry, other),
        );
        report(origin.entry, `${what}${way} has no schema: declare a message with the fields that it carries`, related);
      }
    };
  },
};

/** What other files must be looked at: the names of functions that pass a message type on, and of aliases of registrars. */
export function relaysOf(
  typed: TypedFiles,
  registrarOfExport: (symbol: ts.Symbol) => Registrar | undefined,
): ReadonlySet<string> {
  const { checker, registering } = typed;
  const origins = new Origins(typed, new Callers(typed));
  const names = new Set<string>();
  for (const file of registering) {
    forEachNode(file, (node) => {
      if (ts.isCallExpression(node) && registrarOf(node, checker) !== undefined)
        originsOfSchema(node, origins, checker);
    });
    const module = checker.getSymbolAtLocation(file);
    for (const symbol of module === undefined ? [] : checker.getExportsOfModule(module)) {
      if (registrarOfExport(symbol) !== undefined) names.add(symbol.name);
    }
  }
  for (const name of origins.relays) names.add(name);
  return names;
}

function originsOfSchema(call: ts.CallExpression, origins: Origins, checker: ts.TypeChecker) {
  return origins.ofArguments(call.arguments, schemaArgument, (node) => {
    const { generic, certain } = schemaTypeOf(node, checker);
    return generic.length > 0 || certain;
  });
}

function isWithin(node: ts.Node, outer: ts.Node): boolean {
  return ts.findAncestor(node, (ancestor) => ancestor === outer) !== undefined;
}
