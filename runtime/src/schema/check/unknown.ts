import type { DescMessage } from "@bufbuild/protobuf";
import { BinaryReader, type WireType } from "@bufbuild/protobuf/wire";
import { expected, type InvalidField, isRecord } from "./invalid-field.js";

/**
 * Checks the fields that a message was read with and that its schema does not
 * know: they are written as they are, and so must be what the wire can hold.
 */
export function checkUnknownFields(schema: DescMessage, unknown: unknown): InvalidField | undefined {
  if (unknown === undefined) return undefined;
  const sound = Array.isArray(unknown) && unknown.every((field) => isRecord(field) && isSound(schema, field));
  return sound ? undefined : expected("unknown fields as they were read", unknown);
}

function isSound(schema: DescMessage, { no, wireType, data }: Record<string, unknown>): boolean {
  if (typeof no !== "number" || !Number.isInteger(no) || no < 1 || no > 0x1fffffff) return false;
  if (!(data instanceof Uint8Array)) return false;
  // A number that a closed enum does not have is kept with the unknown fields.
  const known = schema.fields.find((field) => field.number === no);
  if (known !== undefined && (known.enum === undefined || known.enum.open)) return false;
  try {
    return new BinaryReader(data).skip(wireType as WireType, no).length === data.length;
  } catch {
    return false;
  }
}
