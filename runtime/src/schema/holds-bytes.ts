import { type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { memo } from "../base/memo.js";

/** Whether a message can hold bytes, at any depth: the one kind of value that is read as a window on what it is read from. */
export const holdsBytes: (schema: DescMessage) => boolean = /* @__PURE__ */ memo((schema) => search(schema, new Set()));

function search(schema: DescMessage, seen: Set<DescMessage>): boolean {
  if (seen.has(schema)) return false;
  seen.add(schema);
  return schema.fields.some(
    ({ scalar, message }) => scalar === ScalarType.BYTES || (message !== undefined && search(message, seen)),
  );
}
