import { type ErrorCode, SessionstreamError } from "../base/errors.js";

/** The codes that a server tells its clients by HTTP, each with its status. */
export const toldStatus: Partial<Readonly<Record<ErrorCode, number>>> = {
  INVALID_SESSION: 400,
  INVALID_KEY: 400,
  INVALID_PAYLOAD: 400,
  PAYLOAD_TYPE_MISMATCH: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  UNKNOWN_NAME: 404,
  NO_HANDLER: 404,
  METHOD_NOT_ALLOWED: 405,
  REJECTED: 409,
  SESSION_DELETED: 410,
  PAYLOAD_TOO_LARGE: 413,
  KEY_REUSED: 422,
  INTERNAL: 500,
  CLOSED: 503,
};

/** Whether a code from the wire is one that a server of this release tells. */
export function isToldCode(code: string): code is ErrorCode {
  return Object.hasOwn(toldStatus, code);
}

/** What a client makes of a code that is none of ours: of an error frame, or of a newer server. */
export function refusalOf(code: string, message: string, sessionId: string): SessionstreamError {
  return new SessionstreamError("REFUSED", `the server says ${code}: ${message}`, { sessionId });
}
