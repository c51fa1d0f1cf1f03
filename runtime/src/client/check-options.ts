import { aFunction, anObject, checkOptions, invalidOption, milliseconds, type Wanted } from "../base/option.js";
import type { ConnectOptions } from "./options.js";

/** Throws INVALID_OPTION for what a compiler would not let through, or could not see. */
export function checkConnectOptions(options: ConnectOptions): void {
  const { features, reconnect } = options ?? {};
  if (!Array.isArray(features)) throw invalidOption("client", "features", features, "an array of features");
  for (const feature of features) {
    const desc = feature !== null && typeof feature === "object" && "desc" in feature ? feature.desc : feature;
    if (desc?.kind !== "feature") throw invalidOption("client", "features", feature, "generated features");
  }
  checkOptions("client", options, {
    http: aUrl,
    webSocket: aFunction,
    fetch: aFunction,
    reconnect: anObject,
    connectTimeout: milliseconds(),
    pingInterval: milliseconds(),
    retryFor: milliseconds(0, Number.POSITIVE_INFINITY),
    onError: aFunction,
  });
  const pauses = { "reconnect.first": reconnect?.first, "reconnect.longest": reconnect?.longest };
  checkOptions("client", pauses, { "reconnect.first": milliseconds(), "reconnect.longest": milliseconds() });
}

const aUrl: Wanted = { words: "a URL or a path", accepts: (value) => typeof value === "string" };
