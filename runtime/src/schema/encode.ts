import {
  create,
  type DescEnum,
  type DescField,
  type DescMessage,
  type Message,
  type MessageShape,
  ScalarType,
  toBinary,
} from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import { isJsonObject, unwrapped } from "./check/representation.js";

// protobuf-es makes a writer for each message, and lets its buffer grow: a quarter of what a
// streamed event costs. Here one writer serves all messages. It walks the kinds of fields that
// nearly all messages are made of. What is rarer, protobuf-es encodes.

/** A writer that grew beyond this many bytes is not kept. */
const mostKept = 65_536;

let writer = new BinaryWriter();
let isWriting = false;

/**
 * Encodes a message in protobuf's binary format, byte for byte as protobuf-es's `toBinary` does.
 * @throws what `toBinary` throws.
 */
export function encode<Schema extends DescMessage>(schema: Schema, message: MessageShape<Schema>): Uint8Array {
  // A getter of a message may encode another one.
  if (isWriting) return toBinary(schema, message);
  isWriting = true;
  try {
    writeOf(schema)(message as Fields);
    const encoded = writer.finish();
    if (encoded.length > mostKept) writer = new BinaryWriter();
    return encoded;
  } catch {
    writer = new BinaryWriter();
    // It says what is wrong.
    return toBinary(schema, message);
  } finally {
    isWriting = false;
  }
}

type Fields = Message & Record<string, unknown>;
type Write<Value> = (value: Value) => void;

const writes = new WeakMap<DescMessage, Write<Fields>>();

/** What writes the messages of a schema. */
function writeOf(schema: DescMessage): Write<Fields> {
  const known = writes.get(schema);
  if (known !== undefined) return known;
  if (!schema.fields.some(({ presence }) => presence === FeatureSet_FieldPresence.LEGACY_REQUIRED)) {
    return fieldsWrite(schema);
  }
  const write: Write<Fields> = (message) => writer.raw(toBinary(schema, message));
  writes.set(schema, write);
  return write;
}

function fieldsWrite(schema: DescMessage): Write<Fields> {
  const { typeName } = schema;
  const fields: Write<Fields>[] = [];
  const write: Write<Fields> = (message) => {
    if (message.$typeName !== typeName) throw new TypeError(`got ${message.$typeName} want ${typeName}`);
    for (const field of fields) field(message);
    for (const { no, wireType, data } of message.$unknown ?? []) writer.tag(no, wireType).raw(data);
  };
  // Messages can hold their own kind.
  writes.set(schema, write);
  const inOrder = [...schema.fields].sort((one, other) => one.number - other.number);
  for (const field of inOrder) fields.push(fieldWrite(field));
  return write;
}

function fieldWrite(field: DescField): Write<Fields> {
  if (isRare(field)) return rareWrite(field);
  const { localName, oneof } = field;
  const write = valueWrite(field);
  if (field.fieldKind === "list") return (message) => write(message[localName]);
  if (oneof !== undefined) {
    const ofOneof = oneof.localName;
    return (message) => {
      const chosen = message[ofOneof] as { readonly case?: string; readonly value?: unknown };
      if (chosen.case === localName) write(chosen.value);
    };
  }
  if (field.presence !== FeatureSet_FieldPresence.IMPLICIT) {
    // Defaults are on the prototype.
    return (message) => {
      if (Object.hasOwn(message, localName) && message[localName] !== undefined) write(message[localName]);
    };
  }
  const isDefault = defaultOf(field);
  return (message) => {
    const value = message[localName];
    if (!isDefault(value)) write(value);
  };
}

/** Whether messages hold another thing than the field says, or it has an encoding of its own. */
function isRare(field: DescField): boolean {
  if (field.fieldKind === "map" || isJsonObject(field) || unwrapped(field) !== undefined) return true;
  return "delimitedEncoding" in field && field.delimitedEncoding;
}

/** Writes a field as protobuf-es encodes a message that has nothing else. */
function rareWrite({ parent, localName, oneof }: DescField): Write<Fields> {
  const name = oneof?.localName ?? localName;
  return (message) => {
    const value = message[name];
    if (value === undefined || (oneof !== undefined && (value as { readonly case?: string }).case !== localName))
      return;
    const single = create(parent) as Fields;
    single[name] = value;
    writer.raw(toBinary(parent, single));
  };
}

/** Whether a value without presence is the one that is not written. */
function defaultOf(field: DescField): (value: unknown) => boolean {
  if (field.enum !== undefined) return isFirstOf(field.enum);
  switch (field.scalar) {
    case ScalarType.STRING:
      return (value) => value === "";
    case ScalarType.BOOL:
      return (value) => value === false;
    case ScalarType.BYTES:
      return (value) => value instanceof Uint8Array && value.length === 0;
    case ScalarType.FLOAT:
    case ScalarType.DOUBLE:
      // Unlike -0.
      return (value) => Object.is(value, 0);
    default:
      // biome-ignore lint/suspicious/noDoubleEquals: 64 bits may be a number, a bigint, or text.
      return (value) => value == 0;
  }
}

function isFirstOf({ values }: DescEnum): (value: unknown) => boolean {
  const first = values[0]?.number;
  return (value) => value === first;
}

/** Writes what a field has, with its tags. */
function valueWrite(field: DescField): Write<unknown> {
  const write = field.message === undefined ? scalarWrite(field) : messageWrite(field.number, field.message);
  if (field.fieldKind !== "list") return write;
  if (field.packed) return packedWrite(field.number, scalarOf(field));
  return (items) => {
    for (const item of items as readonly unknown[]) write(item);
  };
}

function messageWrite(number: number, schema: DescMessage): Write<unknown> {
  const tag = tagOf(number, WireType.LengthDelimited);
  const write = writeOf(schema);
  return (message) => {
    writer.uint32(tag).fork();
    write(message as Fields);
    writer.join();
  };
}

function scalarWrite(field: DescField): Write<unknown> {
  const { wire, write } = scalarOf(field);
  const tag = tagOf(field.number, wire);
  return (value) => {
    writer.uint32(tag);
    write(value);
  };
}

function packedWrite(number: number, { write }: Scalar): Write<unknown> {
  const tag = tagOf(number, WireType.LengthDelimited);
  return (items) => {
    if ((items as readonly unknown[]).length === 0) return;
    writer.uint32(tag).fork();
    for (const item of items as readonly unknown[]) write(item);
    writer.join();
  };
}

function tagOf(number: number, wire: WireType): number {
  return ((number << 3) | wire) >>> 0;
}

interface Scalar {
  readonly wire: WireType;
  readonly write: Write<unknown>;
}

function scalarOf({ scalar = ScalarType.INT32 }: DescField): Scalar {
  return scalars[scalar];
}

/** How each kind of value is written. What is no such value, the writer refuses. Enums are written as INT32. */
const scalars: Readonly<Record<ScalarType, Scalar>> = {
  [ScalarType.DOUBLE]: { wire: WireType.Bit64, write: (value) => writer.double(value as number) },
  [ScalarType.FLOAT]: { wire: WireType.Bit32, write: (value) => writer.float(value as number) },
  [ScalarType.INT64]: { wire: WireType.Varint, write: (value) => writer.int64(value as bigint) },
  [ScalarType.UINT64]: { wire: WireType.Varint, write: (value) => writer.uint64(value as bigint) },
  [ScalarType.INT32]: { wire: WireType.Varint, write: (value) => writer.int32(value as number) },
  [ScalarType.FIXED64]: { wire: WireType.Bit64, write: (value) => writer.fixed64(value as bigint) },
  [ScalarType.FIXED32]: { wire: WireType.Bit32, write: (value) => writer.fixed32(value as number) },
  [ScalarType.BOOL]: { wire: WireType.Varint, write: (value) => writer.bool(value as boolean) },
  [ScalarType.STRING]: { wire: WireType.LengthDelimited, write: (value) => writer.string(value as string) },
  [ScalarType.BYTES]: { wire: WireType.LengthDelimited, write: (value) => writer.bytes(value as Uint8Array) },
  [ScalarType.UINT32]: { wire: WireType.Varint, write: (value) => writer.uint32(value as number) },
  [ScalarType.SFIXED32]: { wire: WireType.Bit32, write: (value) => writer.sfixed32(value as number) },
  [ScalarType.SFIXED64]: { wire: WireType.Bit64, write: (value) => writer.sfixed64(value as bigint) },
  [ScalarType.SINT32]: { wire: WireType.Varint, write: (value) => writer.sint32(value as number) },
  [ScalarType.SINT64]: { wire: WireType.Varint, write: (value) => writer.sint64(value as bigint) },
};
