import { kindTitles } from "@sessionstream/plugin/model";
import { ts } from "ts-morph";
import { Callers } from "../trace/callers.js";
import { registrarOf } from "../trace/registrars.js";
import { genericTypesOf, traceSchema } from "../trace/schema-origins.js";
import type { TypeScriptRule } from "./rule.js";
import { payloadConcreteInfo } from "./rule-infos.js";

/** Finds registrations of messages that can hold anything. */
export const payloadConcrete: TypeScriptRule = {
  info: payloadConcreteInfo,
  visitor(context, report) {
    const { checker, place, registering } = context;
    const callers = new Callers(context);
    return (node) => {
      if (!ts.isCallExpression(node) || !registering.has(node.getSourceFile())) return;
      const registrar = registrarOf(node, checker);
      if (registrar === undefined) return;
      const reported = new Set<ts.Node>();
      for (const origin of traceSchema(node, checker, callers).origins) {
        const generic = genericTypesOf(origin.node, checker);
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

function isWithin(node: ts.Node, outer: ts.Node): boolean {
  return ts.findAncestor(node, (ancestor) => ancestor === outer) !== undefined;
}
