import { SessionstreamError } from "../base/errors.js";
import { show } from "../base/show.js";

/** @throws INVALID_SESSION. */
export function checkSessionId(sessionId: string): void {
  if (typeof sessionId !== "string" || sessionId === "" || sessionId.length > 512 || !sessionId.isWellFormed()) {
    throw new SessionstreamError(
      "INVALID_SESSION",
      `session id ${show(sessionId)} is not usable: want a string of 1 to 512 UTF-16 units without lone surrogates`,
    );
  }
}
