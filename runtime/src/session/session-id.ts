import { SessionstreamError } from "../base/errors.js";

/** Throws INVALID_SESSION. */
export function checkSessionId(sessionId: string): void {
  if (typeof sessionId !== "string" || sessionId === "" || sessionId.length > 512 || !sessionId.isWellFormed()) {
    const got = typeof sessionId === "string" ? JSON.stringify(sessionId.slice(0, 40)) : typeof sessionId;
    throw new SessionstreamError(
      "INVALID_SESSION",
      `session id ${got} is not usable: want a string of 1 to 512 UTF-16 units without lone surrogates`,
    );
  }
}
