import type { Wanted } from "../base/option.js";
import type { TraceContext } from "../store/event-meta.js";

/** A trace context whose texts have the form that W3C gives them. */
export const aTraceContext: Wanted = {
  words: "a W3C trace context: { traceparent, tracestate? }",
  accepts(value) {
    const { traceparent, tracestate } = (value ?? {}) as Partial<TraceContext>;
    return isTraceparent(traceparent) && (tracestate === undefined || isTracestate(tracestate));
  },
};

/** Of version 00, or what of a later one is as in 00. Ids of zeros only are none. */
export function isTraceparent(text: unknown): text is string {
  if (typeof text !== "string" || text.length > 255) return false;
  const form = /^(?!ff)([0-9a-f]{2})-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-[!-~]*)?$/;
  const [, version, more] = form.exec(text) ?? [];
  return version !== undefined && (version !== "00" || more === undefined);
}

/** A list of 1 to 32 `key=value`, each key once. */
export function isTracestate(text: unknown): text is string {
  if (typeof text !== "string" || text.length > 512) return false;
  const members = text.split(",").map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ""));
  // The list may have empty members.
  const given = members.filter((member) => member !== "");
  const keys = new Set(given.map((member) => member.split("=", 1)[0]));
  if (given.length === 0 || given.length > 32 || keys.size < given.length) return false;
  // A value has neither "," nor "=", and does not end with a space.
  return given.every((member) => /^[a-z0-9][a-z0-9_\-*/@]{0,255}=[ -+\--<>-~]{0,255}[!-+\--<>-~]$/.test(member));
}
