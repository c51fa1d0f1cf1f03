import { AssertionError } from "node:assert";

/** Where a test states an expectation, so that a failure points at it. */
export type CallSite = string;

/** The place from which a function was called. */
export function calledFrom(above: (...args: never) => unknown): CallSite {
  const here: { stack?: string } = {};
  Error.captureStackTrace(here, above);
  return here.stack?.slice(here.stack.indexOf("\n")) ?? "";
}

/**
 * The error of an expectation that is not met. It has both sides as values, of which test runners
 * print the difference, and as text.
 */
export function mismatch(
  what: string,
  { expected, got, cause, at }: { expected: unknown; got: unknown; cause?: unknown; at: CallSite },
): AssertionError {
  const message = `${what}\n\nexpected: ${pretty(expected)}\n\ngot: ${pretty(got)}`;
  // For operators of its own, Node.js adds to the message.
  const error = new AssertionError({ message, expected, actual: got, operator: "expected" });
  error.stack = `${error.name} [${error.code}]: ${message}${at}`;
  if (cause !== undefined) error.cause = cause;
  return error;
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
