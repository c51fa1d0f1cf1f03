import { type DescMessage, ScalarType } from "@bufbuild/protobuf";

const known = new WeakMap<DescMessage, boolean>();

/**
 * Whether a message can hold a float, at any depth: the one kind of value that
 * JavaScript holds with more digits than the encoding does.
 */
export function holdsFloat(schema: DescMessage): boolean {
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
    ({ scalar, message }) => scalar === ScalarType.FLOAT || (message !== undefined && search(message, seen)),
  );
}
