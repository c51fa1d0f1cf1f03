import type { DescEnum, DescField, DescMessage } from "@bufbuild/protobuf";
import { fnv1aOfText } from "../base/fnv.js";
import type { DescFeature } from "./feature.js";

/**
 * A hash of the schema of a feature's timeline entities: of their kinds, their ids, and of the messages and enums that they
 * consist of, as far as they say how entities are stored and read. Comments, options and the order of declarations say
 * nothing of that, nor do messages that entities do not refer to.
 */
export function timelineSchemaHash({ timelineEntities }: Pick<DescFeature, "timelineEntities">): string {
  const types = new Map<string, unknown>();
  const kinds = timelineEntities.map(({ name, schema, idField }) => {
    addMessage(schema, types);
    return [name, schema.typeName, idField];
  });
  return fnv1aOfText(JSON.stringify([kinds.sort(byFirst), [...types].sort(byFirst)]));
}

function addMessage(message: DescMessage, types: Map<string, unknown>): void {
  if (types.has(message.typeName)) return;
  // First, as it may refer to itself.
  types.set(message.typeName, undefined);
  const fields = [...message.fields].sort((a, b) => a.number - b.number);
  types.set(message.typeName, fields.map(formOf));
  for (const field of fields) {
    if (field.message !== undefined) addMessage(field.message, types);
    if (field.enum !== undefined) types.set(field.enum.typeName, formOfEnum(field.enum));
  }
}

/** What of a field says how it is stored, and by which name code reads it. */
function formOf(field: DescField): unknown[] {
  const { number, localName, fieldKind, presence, oneof } = field;
  return [
    number,
    localName,
    fieldKind,
    presence,
    oneof?.localName,
    field.scalar,
    field.message?.typeName,
    field.enum?.typeName,
    fieldKind === "list" && [field.listKind, field.packed],
    fieldKind === "map" && [field.mapKind, field.mapKey],
    "delimitedEncoding" in field && field.delimitedEncoding,
    "longAsString" in field && field.longAsString,
    fieldKind === "scalar" || fieldKind === "enum" ? String(field.getDefaultValue() ?? "") : "",
  ];
}

function formOfEnum({ open, values }: DescEnum): unknown[] {
  return [open, values.map(({ number, localName }) => [number, localName]).sort(byFirst)];
}

function byFirst(a: readonly unknown[], b: readonly unknown[]): number {
  const [first, second] = [a[0] as string | number, b[0] as string | number];
  return first < second ? -1 : first > second ? 1 : 0;
}
