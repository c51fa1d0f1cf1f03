import { CannotRun } from "../shell/cannot-run.js";

/** @throws CannotRun INVALID_OPTION. */
export function wholeOption(name: string, value: string): bigint {
  if (/^\d{1,18}$/.test(value)) return BigInt(value);
  throw new CannotRun("INVALID_OPTION", `option ${name}: got "${value}", want a whole number from 0`);
}
