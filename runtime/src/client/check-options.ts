import { aFunction, anObject, checkOptions, milliseconds } from "../base/option.js";
import type { ConnectOptions } from "./options.js";

/** @throws INVALID_OPTION for what a compiler would not let through, or could not see. */
export function checkConnectOptions(options: ConnectOptions): void {
  const time = milliseconds();
  // The features must be given.
  const given = { ...options, features: options?.features ?? null };
  checkOptions("client", given, {
    features: { words: "an array of generated features", accepts: areFeatures },
    webSocket: aFunction,
    fetch: aFunction,
    reconnect: anObject,
    "reconnect.first": time,
    "reconnect.longest": time,
    connectTimeout: time,
    pingInterval: time,
    retryFor: milliseconds(0, Number.POSITIVE_INFINITY),
    onError: aFunction,
  });
}

function areFeatures(given: unknown): boolean {
  return Array.isArray(given) && given.every((each) => (each?.desc ?? each)?.kind === "feature");
}
