import { type DescField, type DescMessage, type DescOneof, ScalarType } from "@bufbuild/protobuf";
import { memo } from "../base/memo.js";
import { freshOf } from "./check/fresh.js";
import { isJsonObject, unwrapped } from "./check/representation.js";

/**
 * A copy of a valid message that shares nothing with it, and holds what will be read of its encoding. `create` makes a new message that shares what is in the fields
 * of what it was given; with `isNew`, that is copied, and the message itself is not.
 */
export function copyMessage<Shape extends object>(schema: DescMessage, message: Shape, isNew = false): Shape {
  return (isNew ? unshare(schema, message as Fields) : copy(schema, message as Fields)) as Shape;
}

type Fields = Record<string, unknown>;

/** Copies a valid value of a member, which is set. */
type Copy = (value: unknown) => unknown;

interface Member {
  readonly name: string;
  /** Undefined where values are what they are read as, and cannot be changed. */
  readonly copy: Copy | undefined;
}

function unshare(schema: DescMessage, message: Fields): Fields {
  for (const { name, copy } of membersOf(schema)) {
    if (copy !== undefined && isSet(message, name)) message[name] = copy(message[name]);
  }
  return message;
}

function copy(schema: DescMessage, message: Fields): Fields {
  const defaults: object = Object.getPrototypeOf(freshOf(schema));
  // Properties come in the order in which `create` makes them, so that the engine takes both for objects of one kind.
  const made: Fields = defaults === Object.prototype ? {} : Object.create(defaults);
  made.$typeName = schema.typeName;
  for (const { name, copy } of membersOf(schema)) {
    if (isSet(message, name)) made[name] = copy === undefined ? message[name] : copy(message[name]);
  }
  if (message.$unknown !== undefined) made.$unknown = (message.$unknown as UnknownField[]).map(copyUnknown);
  return made;
}

/** Defaults are on the prototype. */
function isSet(message: Fields, name: string): boolean {
  return message[name] !== undefined && Object.hasOwn(message, name);
}

const membersOf: (schema: DescMessage) => readonly Member[] = /* @__PURE__ */ memo((schema) =>
  schema.members.map((member) => ({
    name: member.localName,
    copy: member.kind === "oneof" ? copierOfOneof(member) : copierOf(member),
  })),
);

function copierOf(field: DescField): Copy | undefined {
  const copy = copierOfSingular(field);
  switch (field.fieldKind) {
    case "list":
      return copy === undefined
        ? (list) => (list as unknown[]).slice()
        : (list) => (list as unknown[]).map((item) => copy(item));
    case "map":
      return (map) => copyObject(map as Fields, copy);
    default:
      return copy;
  }
}

function copierOfOneof({ fields }: DescOneof): Copy {
  const copies = new Map<unknown, Copy | undefined>(fields.map((field) => [field.localName, copierOfSingular(field)]));
  return (oneof) => {
    const { case: name, value } = oneof as Fields;
    if (name === undefined) return { case: undefined };
    const copy = copies.get(name);
    return { case: name, value: copy === undefined ? value : copy(value) };
  };
}

function copierOfSingular(field: DescField): Copy | undefined {
  const { message } = field;
  // Enums are written as INT32.
  if (message === undefined) return copierOfScalar(field.scalar ?? ScalarType.INT32);
  if (isJsonObject(field)) return copyJson;
  const wrapped = unwrapped(field);
  return wrapped === undefined ? (value) => copy(message, value as Fields) : copierOfScalar(wrapped);
}

function copierOfScalar(scalar: ScalarType): Copy | undefined {
  switch (scalar) {
    case ScalarType.BYTES:
      return copyBytes;
    case ScalarType.FLOAT:
      return roundFloat;
    case ScalarType.INT32:
    case ScalarType.UINT32:
    case ScalarType.SINT32:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return withoutSignOfZero;
    default:
      return undefined;
  }
}

/** JavaScript holds it with more digits than its encoding. */
function roundFloat(float: unknown): number {
  return Math.fround(float as number);
}

/** JavaScript tells -0 from 0, and the encoding of an integer does not. */
function withoutSignOfZero(integer: unknown): number {
  return (integer as number) + 0;
}

/** Makes bytes of the class that users are promised, also of a Buffer. */
function copyBytes(bytes: unknown): Uint8Array {
  return new Uint8Array(bytes as Uint8Array);
}

function copyJson(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Array.isArray(value) ? value.map(copyJson) : copyObject(value as Fields, copyJson);
}

/** Also of a key `__proto__`, which an assignment would not make. */
function copyObject(object: Fields, copy: Copy | undefined): Fields {
  if (copy === undefined) return { ...object };
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, copy(value)]));
}

interface UnknownField {
  readonly no: number;
  readonly wireType: number;
  readonly data: Uint8Array;
}

function copyUnknown({ no, wireType, data }: UnknownField): UnknownField {
  return { no, wireType, data: copyBytes(data) };
}
