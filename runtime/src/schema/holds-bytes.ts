import { type DescMessage, ScalarType } from "@bufbuild/protobuf";

const known = new WeakMap<DescMessage, boolean>();

/** Whether a message can hold bytes, at any depth: the one kind of value that is read as a window on what it is read from. */
export function holdsBytes(schema: DescMessage): boolean {
  let holds = known.get(schema);
  if (holds === undefined) {
    holds = search(schema, new Set());
    known.set(schema, holds);
  }
  return holds;
}

function search(schema: DescMessage, seen: Set<DescMessage>): boolean {
  if (seen.has(schema)) return false;
  seen.add(schema);
  return schema.fields.some(
    ({ scalar, message }) => scalar === ScalarType.BYTES || (message !== undefined && search(message, seen)),
  );
}
