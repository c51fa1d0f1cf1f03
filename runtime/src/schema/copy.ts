import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { freshOf } from "./check/fresh.js";
import { isJsonObject } from "./check/representation.js";

/**
 * A copy of a valid message that shares nothing with it, and holds what will be read of its encoding. `create` makes a
 * new message that shares what is in the fields of what it was given; with `isNew`, that is copied, and the message
 * itself is not.
 */
export function copyMessage<Shape extends object>(schema: DescMessage, message: Shape, isNew = false): Shape {
  return (isNew ? copyFields(schema, message as Fields, message as Fields) : copy(schema, message as Fields)) as Shape;
}

type Fields = Record<string, unknown>;

function copy(schema: DescMessage, message: Fields): Fields {
  const defaults: object = Object.getPrototypeOf(freshOf(schema));
  // Properties come in the order in which `create` makes them, so that the engine takes both for objects of one kind.
  const made: Fields = defaults === Object.prototype ? {} : Object.create(defaults);
  made.$typeName = schema.typeName;
  copyFields(schema, message, made);
  const unknown = message.$unknown as readonly { readonly data: Uint8Array }[] | undefined;
  if (unknown !== undefined) made.$unknown = unknown.map((field) => ({ ...field, data: new Uint8Array(field.data) }));
  return made;
}

function copyFields({ members }: DescMessage, message: Fields, made: Fields): Fields {
  for (const member of members) {
    const { localName } = member;
    const value = message[localName];
    // Defaults are on the prototype.
    if (value === undefined || !Object.hasOwn(message, localName)) continue;
    made[localName] = member.kind === "oneof" ? copyChosen(member.fields, value as Fields) : copyField(member, value);
  }
  return made;
}

function copyChosen(fields: readonly DescField[], { case: name, value }: Fields): Fields {
  const chosen = fields.find(({ localName }) => localName === name);
  return chosen === undefined ? { case: undefined } : { case: name, value: copyValue(chosen, value) };
}

function copyField(field: DescField, value: unknown): unknown {
  switch (field.fieldKind) {
    case "list":
      return (value as unknown[]).map((item) => copyValue(field, item));
    case "map":
      return mapObject(value as Fields, (each) => copyValue(field, each));
    default:
      return copyValue(field, value);
  }
}

function copyValue(field: DescField, value: unknown): unknown {
  // A Buffer becomes what users are promised.
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (typeof value === "number") return asRead(field, value);
  if (typeof value !== "object") return value;
  return isJsonObject(field) ? copyJson(value) : copy(field.message as DescMessage, value as Fields);
}

/** JavaScript holds a float with more digits than its encoding, and tells -0 from 0 where that is an integer. */
function asRead({ scalar, message }: DescField, value: number): number {
  switch (scalar ?? message?.fields[0]?.scalar) {
    case ScalarType.DOUBLE:
      return value;
    case ScalarType.FLOAT:
      return Math.fround(value);
    default:
      return value + 0;
  }
}

function copyJson(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Array.isArray(value) ? value.map(copyJson) : mapObject(value as Fields, copyJson);
}

/** Also of a key `__proto__`, which an assignment would not make. */
function mapObject(object: Fields, map: (value: unknown) => unknown): Fields {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}
