import { SessionstreamError } from "../base/errors.js";

/** Throws INVALID_KEY for what an HTTP header could not carry. */
export function checkKey(key: string): void {
  if (typeof key === "string" && /^[!-~]{1,255}$/.test(key)) return;
  const got = typeof key === "string" ? JSON.stringify(key.slice(0, 40)) : typeof key;
  throw new SessionstreamError(
    "INVALID_KEY",
    `idempotency key ${got} is not usable: want 1 to 255 visible ASCII characters`,
  );
}
