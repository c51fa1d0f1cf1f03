import { isTraceparent, isTracestate } from "../session/trace-context.js";
import type { TraceContext } from "../store/event-meta.js";

/** The trace that a request belongs to. As W3C wants it, headers that are malformed are ignored. */
export function traceOf(headers: Headers): TraceContext | undefined {
  const traceparent = headers.get("traceparent");
  if (!isTraceparent(traceparent)) return undefined;
  const tracestate = headers.get("tracestate");
  return isTracestate(tracestate) ? { traceparent, tracestate } : { traceparent };
}
