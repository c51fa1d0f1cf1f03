import { ScalarType } from "@bufbuild/protobuf";

// What an annotated schema may have: stated here once for the plugin that vets it,
// the runtime that registers it and the lint that reads code about it.

/**
 * The full names of the message types that can hold anything, and so say nothing
 * about a payload: no command, event, UI event or timeline entity has one of them.
 */
export const genericTypes: ReadonlySet<string> = /*@__PURE__*/ new Set([
  "google.protobuf.Struct",
  "google.protobuf.Value",
  "google.protobuf.ListValue",
  "google.protobuf.Any",
]);

/** The form of a logical name, in words: what {@link isLogicalName} wants. */
export const logicalNameForm = 'a letter, then letters, digits and "_"';

/** Whether a logical name is well-formed: an identifier of ASCII letters, digits and `_`. */
export function isLogicalName(name: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_]*$/.test(name);
}

/** The highest version that an event can have: each version below it takes a step of an upcast. */
export const highestVersion = 100;

/** The scalar types that the id of a timeline entity cannot have; it is a string or an integer. */
export const scalarsUnfitForIds: ReadonlySet<ScalarType> = /*@__PURE__*/ new Set([
  ScalarType.BOOL,
  ScalarType.BYTES,
  ScalarType.DOUBLE,
  ScalarType.FLOAT,
]);
