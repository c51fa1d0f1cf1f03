import type { DescField, ScalarType } from "@bufbuild/protobuf";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";

// How protobuf-es holds messages that are more than their fields.

/** Whether a message is held as a plain JSON object: a Struct in a field is, but not within a Value. */
export function isJsonObject({ message, parent }: DescField): boolean {
  return message?.typeName === "google.protobuf.Struct" && parent.typeName !== "google.protobuf.Value";
}

/** The scalar that is held instead of a wrapper, which is so in singular fields. */
export function unwrapped({ message, fieldKind, oneof }: DescField): ScalarType | undefined {
  const isSingular = fieldKind === "message" && oneof === undefined;
  return isSingular && isWrapperDesc(message) ? message.fields[0]?.scalar : undefined;
}
