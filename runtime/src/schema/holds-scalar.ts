import { type DescMessage, ScalarType } from "@bufbuild/protobuf";

/** Whether a message can hold a float, at any depth: the one kind of value that JavaScript holds with more digits than the encoding does. */
export const holdsFloat = holder(ScalarType.FLOAT);

/** Whether a message can hold bytes, at any depth: the one kind of value that is read as a part of what it is read from. */
export const holdsBytes = holder(ScalarType.BYTES);

function holder(scalar: ScalarType): (schema: DescMessage) => boolean {
  const known = new WeakMap<DescMessage, boolean>();
  const search = (schema: DescMessage, seen: Set<DescMessage>): boolean => {
    if (seen.has(schema)) return false;
    seen.add(schema);
    return schema.fields.some(
      (field) => field.scalar === scalar || (field.message !== undefined && search(field.message, seen)),
    );
  };
  return (schema) => {
    let holds = known.get(schema);
    if (holds === undefined) {
      holds = search(schema, new Set());
      known.set(schema, holds);
    }
    return holds;
  };
}
