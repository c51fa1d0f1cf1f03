import { type ErrorCode, isSessionstreamError } from "../base/errors.js";
import { toldStatus } from "../session/told-errors.js";

/** Of what goes wrong from a handler's turn on, a client is told no more than these. */
const toldOfFailures: ReadonlySet<ErrorCode> = new Set(["REJECTED", "FORBIDDEN", "CLOSED"]);

/** Whether a client is told why a handler failed, or only that it did. */
export function isToldOfFailure(error: unknown): boolean {
  return isSessionstreamError(error) && toldOfFailures.has(error.code);
}

/** The answer that tells an error, or undefined where it is none for a client, who then hears of INTERNAL only. */
export function answerTold(error: unknown): Response | undefined {
  if (!isSessionstreamError(error) || error.code === "INTERNAL") return undefined;
  const status = toldStatus[error.code];
  if (status === undefined) return undefined;
  // Every 401 has to name a way to sign in.
  const headers = status === 401 ? { "www-authenticate": "Bearer" } : {};
  return answerError(status, error.code, error.message, headers);
}

export function answerError(
  status: number,
  code: ErrorCode,
  message: string,
  headers: Record<string, string> = {},
): Response {
  return Response.json({ code, message }, { status, headers });
}
