import { genericTypes } from "@sessionstream/proto/schema-facts";
import type { ts } from "ts-morph";
import type { Callers } from "./callers.js";
import { type Traced, traceArgument } from "./origins.js";
import { schemaArgument } from "./registrars.js";

/** Traces the message type in a call of a registrar. */
export function traceSchema(call: ts.CallExpression, checker: ts.TypeChecker, callers: Callers): Traced {
  return traceArgument(call.arguments, schemaArgument, {
    checker,
    callers,
    isOrigin(node) {
      const names = messageNamesOf(node, checker);
      return names.some(isGeneric) || !names.includes(undefined);
    },
  });
}

/** The message types of an expression such as `StructSchema`, as far as they can hold anything. */
export function genericTypesOf(node: ts.Expression, checker: ts.TypeChecker): readonly string[] {
  return messageNamesOf(node, checker).filter(isGeneric);
}

/** The full name of each message type that an expression can be. Undefined if the type does not say the name. */
function messageNamesOf(node: ts.Expression, checker: ts.TypeChecker): readonly (string | undefined)[] {
  const type = checker.getTypeAtLocation(node);
  return (type.isUnion() ? type.types : [type]).map((member) => {
    const typeName = member.getProperty("typeName");
    const named = typeName === undefined ? undefined : checker.getTypeOfSymbol(typeName);
    return named?.isStringLiteral() ? named.value : undefined;
  });
}

function isGeneric(name: string | undefined): name is string {
  return name !== undefined && genericTypes.has(name);
}
