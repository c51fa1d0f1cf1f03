import { SessionstreamError } from "../errors.js";

/** Throws INVALID_KEY. */
export function checkKey(key: string): void {
  if (typeof key === "string" && key !== "" && key.length <= 255 && key.isWellFormed()) return;
  const got = typeof key === "string" ? JSON.stringify(key.slice(0, 40)) : typeof key;
  throw new SessionstreamError(
    "INVALID_KEY",
    `idempotency key ${got} is not usable: want a string of 1 to 255 UTF-16 units without lone surrogates`,
  );
}
