/** Where an event comes from. What is not known is left out. */
export interface EventMeta {
  /** The id of the identity whose command published the event. */
  readonly identity?: string;
  /** The name of the command. */
  readonly command?: string;
  /** A hash of the command's idempotency key, in hex. */
  readonly key?: string;
  /** The ordinal of the session's event that led to this one. */
  readonly cause?: bigint;
  /** The trace that the event belongs to. */
  readonly trace?: TraceContext;
}

/** A trace, as the W3C's Trace Context has it (https://www.w3.org/TR/trace-context/). */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string;
}
