import { messageOf } from "../../base/errors.js";
import type { ErrorReport } from "../options.js";

/** Calls what is not ours to trust: it may throw, or return a promise against its type, and that may reject. */
export function guarded(call: () => unknown, onFailure: (error: unknown) => void): void {
  try {
    const returned = call();
    if (returned instanceof Promise) returned.catch(onFailure);
  } catch (thrown) {
    onFailure(thrown);
  }
}

/** Prints a failure that nobody else listens for. */
export function printError({ step, sessionId, ordinal, name, error }: ErrorReport): void {
  const at = ordinal === undefined ? "" : ` at ordinal ${ordinal}`;
  const about = name === undefined ? "" : ` of "${name}"`;
  console.error(`sessionstream: ${step}${about}${at} in session "${sessionId}": ${messageOf(error)}`);
}
