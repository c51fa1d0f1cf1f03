import { type ErrorCode, isSessionstreamError } from "../base/errors.js";

/** The errors that a client can be told, and the status that they are told with. */
const statusOf: Partial<Record<ErrorCode, number>> = {
  INVALID_SESSION: 400,
  INVALID_KEY: 400,
  INVALID_PAYLOAD: 400,
  PAYLOAD_TYPE_MISMATCH: 400,
  FORBIDDEN: 403,
  UNKNOWN_NAME: 404,
  NO_HANDLER: 404,
  REJECTED: 422,
  KEY_REUSED: 422,
  CLOSED: 503,
};

/** Of what goes wrong from a handler's turn on, a client is told no more than these. */
const toldOfFailures: ReadonlySet<ErrorCode> = new Set(["REJECTED", "CLOSED"]);

/** Whether a client is told why a handler failed, or only that it did. */
export function isToldOfFailure(error: unknown): boolean {
  return isSessionstreamError(error) && toldOfFailures.has(error.code);
}

/** The answer that tells an error, or undefined where it is none for a client. */
export function answerTold(error: unknown): Response | undefined {
  if (!isSessionstreamError(error)) return undefined;
  const status = statusOf[error.code];
  return status === undefined ? undefined : answerError(status, error.code, error.message);
}

export function answerError(
  status: number,
  code: ErrorCode,
  message: string,
  headers: Record<string, string> = {},
): Response {
  return Response.json({ code, message }, { status, headers });
}
