import { SessionstreamError } from "../base/errors.js";
import { show } from "../base/show.js";

/** @throws INVALID_KEY for what an HTTP header could not carry. */
export function checkKey(key: string): void {
  if (typeof key === "string" && /^[!-~]{1,255}$/.test(key)) return;
  throw new SessionstreamError(
    "INVALID_KEY",
    `idempotency key ${show(key)} is not usable: want 1 to 255 visible ASCII characters`,
  );
}
