import { ScalarType } from "@bufbuild/protobuf";

// Facts about annotated schemas. They are stated here once, for the plugin, for the
// runtime, and for the lint of TypeScript.

/**
 * The full names of the message types that can hold anything. They say nothing about
 * a payload. So no command, event, UI event, timeline entity or run may have one of them.
 */
export const genericTypes: ReadonlySet<string> = /*@__PURE__*/ new Set([
  "google.protobuf.Struct",
  "google.protobuf.Value",
  "google.protobuf.ListValue",
  "google.protobuf.Any",
]);

/** The form of a logical name, in words. {@link isLogicalName} checks it. */
export const logicalNameForm = 'a letter, then letters, digits and "_"';

/**
 * Whether a logical name is well-formed: an identifier of ASCII letters, digits and
 * `_`. {@link logicalNameForm} says the same in words.
 */
export function isLogicalName(name: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_]*$/.test(name);
}

/** The form of the code of a rejection, in words. {@link isRejectionCode} checks it. */
export const rejectionCodeForm = "upper case with underscores, such as APPROVAL_CLOSED";

/** Whether the code of a rejection is well-formed. {@link rejectionCodeForm} says the same in words. */
export function isRejectionCode(code: string): boolean {
  return /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/.test(code);
}

/** The highest version of an event. Each version below an event's own needs a step of an upcast. */
export const highestVersion = 100;

/** The scalar types that the id of a timeline entity cannot have. An id is a string or an integer. */
export const scalarsUnfitForIds: ReadonlySet<ScalarType> = /*@__PURE__*/ new Set([
  ScalarType.BOOL,
  ScalarType.BYTES,
  ScalarType.DOUBLE,
  ScalarType.FLOAT,
]);

/** How often a run can be tried again at most. */
export const mostRetries = 1000;

/** The longest pause before a run is tried again, in milliseconds: as long as a timer can wait. */
export const longestRetryPause: number = 2 ** 31 - 1;
