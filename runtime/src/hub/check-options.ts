import { SessionstreamError } from "../base/errors.js";
import {
  aBoolean,
  aFunction,
  anObject,
  checkOptions,
  invalidOption,
  milliseconds,
  oneOf,
  type Wanted,
  wholeNumber,
} from "../base/option.js";
import { show } from "../base/show.js";
import type { Feature } from "./feature/feature.js";
import type { HubOptions } from "./options.js";

/** @throws INVALID_OPTION for what a compiler would not let through, or could not see. */
export function checkHubOptions(options: HubOptions): void {
  const { features } = options ?? {};
  if (!Array.isArray(features)) throw invalidOption("hub", "features", features, "an array of features");
  for (const feature of features) {
    if (feature?.desc?.kind !== "feature") {
      const want = "features with their implementation, as the generated function makes them";
      throw invalidOption("hub", "features", feature, want);
    }
    checkUpcast(feature);
  }
  checkOptions("hub", options, {
    store: anObject,
    sessionMetadata: aFunction,
    onError: aFunction,
    observer: aFunction,
    lease: milliseconds(),
    now: aFunction,
    runs: anObject,
    "runs.atOnce": wholeNumber(1),
    "runs.keepEnded": wholeNumber(0),
    maxPayloadBytes: wholeNumber(1),
    freeze: aBoolean,
    keepIdle: wholeNumber(0),
    keepKeysFor: milliseconds(60_000, Number.MAX_SAFE_INTEGER),
    onProjectionError: uiAndTimeline,
    "onProjectionError.ui": oneOf("fail", "advance"),
    "onProjectionError.timeline": oneOf("fail", "advance"),
  });
}

/** @throws where the log may have events that only an upcast can make events of today of, and there is none. */
function checkUpcast({ desc, upcast }: Feature): void {
  if (upcast !== undefined) return;
  const raised = desc.events.find(({ version }) => version > 1);
  const [superseded] = desc.supersededEvents;
  const why =
    raised !== undefined
      ? `event "${raised.name}" has version ${raised.version}`
      : superseded && `event "${superseded.name}" is superseded by "${superseded.supersededBy}"`;
  if (why === undefined) return;
  throw new SessionstreamError(
    "INVALID_OPTION",
    `hub option features: got the feature "${desc.name}" without \`upcast\`, want one, for ${why}`,
  );
}

/** @throws UNKNOWN_NAME where something other than a descriptor is given, such as a bare name. */
export function checkDescriptor(kind: "command" | "event" | "run", given: unknown): void {
  if (typeof given === "object" && given !== null && "name" in given) return;
  throw new SessionstreamError(
    "UNKNOWN_NAME",
    `got ${show(given)}, want the descriptor of the ${kind}: import it from the generated file`,
  );
}

const uiAndTimeline: Wanted = {
  words: "an object with `ui`, `timeline` or both",
  accepts: (given) =>
    anObject.accepts(given) && Object.keys(given as object).every((name) => name === "ui" || name === "timeline"),
};
