import { SessionstreamError } from "../errors.js";
import type { EventRange } from "../store/store.js";

/** Throws INVALID_RANGE. */
export function checkRange({ after, limit }: EventRange): void {
  if (after !== undefined && (typeof after !== "bigint" || after < 0n)) {
    throw new SessionstreamError(
      "INVALID_RANGE",
      `got after ${typeof after} ${after}, want an ordinal: a bigint from 0n`,
    );
  }
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1)) {
    throw new SessionstreamError("INVALID_RANGE", `got limit ${limit}, want a whole number from 1`);
  }
}
