import { type ErrorContext, isSessionstreamError, messageOf, SessionstreamError } from "../base/errors.js";

/** What went wrong in a store, which may throw anything: STORE_FAILED, unless it said itself what it is. */
export function toStoreError(thrown: unknown, context: ErrorContext = {}): SessionstreamError {
  if (isSessionstreamError(thrown)) return thrown;
  return new SessionstreamError("STORE_FAILED", `the store failed: ${messageOf(thrown)}`, {
    ...context,
    cause: thrown,
  });
}
