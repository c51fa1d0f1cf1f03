import type { ts } from "ts-morph";

const genericTypes: ReadonlySet<string> = new Set([
  "google.protobuf.Struct",
  "google.protobuf.Value",
  "google.protobuf.ListValue",
  "google.protobuf.Any",
]);

/** What the type of an expression says about the message type that it stands for. */
export interface SchemaType {
  /** The message types among those it can be that can hold anything. */
  readonly generic: readonly string[];
  /** Whether it can be nothing else than what the type says. */
  readonly certain: boolean;
}

/** Reads the type of an expression that stands for a message type: that of `StructSchema`, or of whatever it is called. */
export function schemaTypeOf(node: ts.Node, checker: ts.TypeChecker): SchemaType {
  const type = checker.getTypeAtLocation(node);
  const typeNames = (type.isUnion() ? type.types : [type]).map((member) => {
    const typeName = member.getProperty("typeName");
    const named = typeName === undefined ? undefined : checker.getTypeOfSymbol(typeName);
    return named?.isStringLiteral() ? named.value : undefined;
  });
  return {
    generic: typeNames.filter((name) => name !== undefined && genericTypes.has(name)) as string[],
    certain: typeNames.every((name) => name !== undefined),
  };
}
