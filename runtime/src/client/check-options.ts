import { SessionstreamError } from "../base/errors.js";
import type { ConnectOptions } from "./options.js";

/** Throws INVALID_OPTION for times that no timer can wait. */
export function checkTimes({ reconnect, connectTimeout, pingInterval, retryFor }: ConnectOptions): void {
  const times = {
    connectTimeout,
    pingInterval,
    "reconnect.first": reconnect?.first,
    "reconnect.longest": reconnect?.longest,
  };
  for (const [name, time] of Object.entries(times)) {
    // A timer that is given more fires at once.
    if (time !== undefined && !(time >= 1 && time < 2 ** 31)) throw invalid(name, time, `from 1 to ${2 ** 31 - 1}`);
  }
  if (retryFor !== undefined && !(retryFor >= 0)) throw invalid("retryFor", retryFor, "from 0");
}

function invalid(name: string, got: unknown, want: string): SessionstreamError {
  return new SessionstreamError(
    "INVALID_OPTION",
    `client option ${name}: got ${String(got)}, want milliseconds ${want}`,
  );
}
