import { type ErrorContext, SessionstreamError } from "../base/errors.js";

/**
 * Checks the size of a payload before it is encoded: by what its texts and bytes need at least.
 * @throws PAYLOAD_TOO_LARGE.
 */
export function checkSize(payload: object, max: number, what: string, context: ErrorContext): void {
  if (leastSize(payload, max) > max) throw tooLarge(what, "more than", max, context);
}

/**
 * Checks the size of an encoded payload.
 * @throws PAYLOAD_TOO_LARGE.
 */
export function checkEncodedSize({ length }: Uint8Array, max: number, what: string, context: ErrorContext): void {
  if (length > max) throw tooLarge(what, `${length} bytes, more than`, max, context);
}

function tooLarge(what: string, got: string, max: number, context: ErrorContext): SessionstreamError {
  return new SessionstreamError(
    "PAYLOAD_TOO_LARGE",
    `${what} payload has ${got} ${max} bytes: keep what is large elsewhere and refer to it, or raise the hub's maxPayloadBytes`,
    context,
  );
}

/** A text needs a byte for each character at least, and all else none. Stops above `enough`. */
function leastSize(value: unknown, enough: number): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  if (value instanceof Uint8Array) return value.length;
  let size = 0;
  for (const key in value) {
    if (key === "$typeName") continue;
    size += leastSize((value as Record<string, unknown>)[key], enough);
    if (size > enough) break;
  }
  return size;
}
