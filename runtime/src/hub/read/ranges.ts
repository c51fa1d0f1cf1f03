import { SessionstreamError } from "../../base/errors.js";
import { checkRunId } from "../../schema/run.js";
import { checkSessionId } from "../../session/session-id.js";
import { largestOrdinal } from "../../store/rules.js";
import type { ErrorRange, EventRange, RunRange, SessionRange } from "../../store/store.js";

/** @throws INVALID_RANGE. */
export function checkEventRange({ after, limit }: EventRange | ErrorRange): void {
  if (after !== undefined && (typeof after !== "bigint" || after < 0n || after > largestOrdinal)) {
    throw new SessionstreamError(
      "INVALID_RANGE",
      `got after ${typeof after} ${after}, want an ordinal: a bigint from 0n to ${largestOrdinal}n`,
    );
  }
  checkLimit(limit);
}

/** @throws INVALID_RANGE and INVALID_SESSION. */
export function checkSessionRange({ after, limit }: SessionRange): void {
  if (after !== undefined) checkSessionId(after);
  checkLimit(limit);
}

/** @throws INVALID_RANGE, or INVALID_OPTION for an id that no run has. */
export function checkRunRange({ after, limit }: RunRange): void {
  if (after !== undefined) checkRunId(after);
  checkLimit(limit);
}

function checkLimit(limit: number | undefined): void {
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 1)) {
    throw new SessionstreamError(
      "INVALID_RANGE",
      `got limit ${limit}, want a whole number from 1 to ${Number.MAX_SAFE_INTEGER}`,
    );
  }
}
