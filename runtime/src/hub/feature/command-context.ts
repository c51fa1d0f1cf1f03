import type { DescCommand } from "../../schema/command.js";
import type { DescEvent } from "../../schema/event.js";
import type { Payload, PayloadInit } from "../../schema/payload.js";
import type { Session } from "./session.js";

/** What `publish` resolves to: the event is durable. */
export interface Published {
  readonly ordinal: bigint;
}

/**
 * Publishes a backend event in the session. The order of the calls is the order
 * of the events, whether one waits for them or not. Resolves when the event is
 * durable; rejects when it was refused, and then it left no trace.
 */
export type Publish<Event extends DescEvent = DescEvent> = <D extends Event>(
  event: D,
  payload: PayloadInit<D["schema"]>,
) => Promise<Published>;

/** What a command handler is called with. */
export interface CommandContext<Command extends DescCommand = DescCommand, Emits extends DescEvent = DescEvent> {
  readonly name: Command["name"];
  /** The idempotency key, for systems that have such keys themselves; undefined without one. */
  readonly key: string | undefined;
  readonly payload: Payload<Command["schema"]>;
  readonly session: Session;
  /**
   * Aborted when the hub is closed by force and, without a key, when the caller of
   * `submit` gives up.
   */
  readonly signal: AbortSignal;
  readonly publish: Publish<Emits>;
  /**
   * Starts work that goes on after `submit` returned. `signal` is aborted by
   * `session.abortRuns()`, `session.abortRun(id)` and a forced close; what the
   * task publishes afterwards is still taken. Under a key the task begins when
   * the first event of the command is durable, or the handler has returned: the
   * handler must not wait for it before. An error that it throws is
   * reported to `onError`. Throws RUN_EXISTS when a run of that id is going on.
   */
  run(id: string, task: (signal: AbortSignal) => Promise<void>, options?: RunOptions): void;
}

/** How a run is started. */
export interface RunOptions {
  /** Milliseconds after which the run is aborted, which is reported to `onError`; none unless given. */
  readonly timeout?: number;
}
