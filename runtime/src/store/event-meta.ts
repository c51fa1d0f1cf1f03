/** Where an event comes from. What is not known is left out. */
export interface EventMeta {
  /** The id of the identity whose command published the event, or started the run that did. */
  readonly identity?: string;
  /** The name of that command. */
  readonly command?: string;
  /** A hash of the command's idempotency key, in hex. */
  readonly key?: string;
  /** The id of the run that published the event. */
  readonly run?: string;
  /** The ordinal of the session's event that led to this one. */
  readonly cause?: bigint;
  /** The trace that the event belongs to. */
  readonly trace?: TraceContext;
}

/** The trace that a request belongs to, as https://www.w3.org/TR/trace-context/ has it. */
export interface TraceContext {
  /** The header `traceparent`, such as "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01". */
  readonly traceparent: string;
  /** The header `tracestate`: what tracing systems add, in at most 512 characters. */
  readonly tracestate?: string;
}
