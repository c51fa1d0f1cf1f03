/** Where and why a session's timeline stops while its log goes on. */
export interface TimelineStop {
  /** The ordinal of the event before which it stops. */
  readonly ordinal: bigint;
  /** The name of that event. */
  readonly name: string;
  /**
   * `failed`: its projection failed, or it cannot be read. It stops in all processes, until
   * a repair. `unknown`: this program does not know the event. A newer one may.
   */
  readonly reason: "failed" | "unknown";
}
