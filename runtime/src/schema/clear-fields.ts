import { type DescField, type DescMessage, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";

/** A path into a message: the fields on the way, and the one at its end. */
export type FieldPath = readonly [DescField, ...DescField[]];

/** Where a path leads nowhere: the last message on the way, which has no such field. */
export interface NoField {
  readonly message: DescMessage;
  readonly field: string;
}

/**
 * Reads a path as google.protobuf.FieldMask has them: names of fields as in the proto file, with dots between. It leads
 * through messages, and through repeated and map fields, whose values it means all.
 */
export function fieldPath(schema: DescMessage, path: string): FieldPath | NoField {
  const fields: DescField[] = [];
  let message = schema;
  const names = path.split(".");
  for (const [index, name] of names.entries()) {
    const field = message.fields.find((each) => each.name === name);
    if (field === undefined) return { message, field: name };
    fields.push(field);
    if (index === names.length - 1) break;
    if (field.message === undefined) return { message, field: `${name}.${names[index + 1]}` };
    message = field.message;
  }
  return fields as unknown as FieldPath;
}

/**
 * A payload with fields cleared, as if they had never been set. What the schema does not know stays as it is.
 * @throws what protobuf throws for a payload that is not of the schema, or that cannot be without a field.
 */
export function clearFields(schema: DescMessage, payload: Uint8Array, paths: readonly FieldPath[]): Uint8Array {
  const message = reflect(schema, fromBinary(schema, payload), false);
  for (const path of paths) clear(message, path);
  return toBinary(schema, message.message);
}

function clear(message: ReflectMessage, [field, ...rest]: FieldPath): void {
  const [next, ...others] = rest;
  if (next === undefined) message.clear(field);
  if (next === undefined || !message.isSet(field)) return;
  const path: FieldPath = [next, ...others];
  // Set again, as what is read of some well-known types is a copy.
  if (field.fieldKind === "message") {
    const value = message.get(field);
    clear(value, path);
    message.set(field, value);
  } else if (field.fieldKind === "list" && field.listKind === "message") {
    const list = message.get(field);
    [...list].forEach((value, index) => {
      clear(value as ReflectMessage, path);
      list.set(index, value);
    });
  } else if (field.fieldKind === "map" && field.mapKind === "message") {
    const map = message.get(field);
    for (const [key, value] of [...map]) {
      clear(value as ReflectMessage, path);
      map.set(key, value);
    }
  }
}
