import { SessionstreamError } from "../base/errors.js";
import type { Feature } from "./feature/feature.js";
import type { HubOptions } from "./options.js";

/** Throws INVALID_OPTION for what a compiler would not let through, or could not see. */
export function checkOptions(options: HubOptions): void {
  const { features, keepIdle, onProjectionError } = options ?? {};
  if (!Array.isArray(features)) throw invalid("features", features, "an array of features");
  for (const feature of features) {
    if (feature?.desc?.kind !== "feature") {
      throw invalid("features", feature, "features with their implementation, as the generated function makes them");
    }
    checkUpcast(feature);
  }
  if (keepIdle !== undefined && !(Number.isInteger(keepIdle) && keepIdle >= 0)) {
    throw invalid("keepIdle", keepIdle, "a whole number from 0");
  }
  for (const [name, policy] of Object.entries(onProjectionError ?? {})) {
    if (policy !== undefined && policy !== "fail" && policy !== "advance") {
      throw invalid(`onProjectionError.${name}`, policy, `"fail" or "advance"`);
    }
  }
}

/** Throws where the log may have events that only an upcast can make events of today of, and there is none. */
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

/** Throws UNKNOWN_NAME where something other than a descriptor is given, such as a bare name. */
export function checkDescriptor(kind: "command" | "event", given: unknown): void {
  if (typeof given === "object" && given !== null && "name" in given) return;
  throw new SessionstreamError(
    "UNKNOWN_NAME",
    `got ${show(given)}, want the descriptor of the ${kind}: import it from the generated file`,
  );
}

function invalid(option: string, got: unknown, want: string): SessionstreamError {
  return new SessionstreamError("INVALID_OPTION", `hub option ${option}: got ${show(got)}, want ${want}`);
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return typeof value === "number" || value === null ? String(value) : typeof value;
}
