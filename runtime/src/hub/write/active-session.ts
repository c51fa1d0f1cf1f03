import { fromBinary } from "@bufbuild/protobuf";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { untilAborted, whenAborted } from "../../base/abort.js";
import { SessionstreamError } from "../../base/errors.js";
import type { DescCommand } from "../../schema/command.js";
import { encodePayload, toPayload } from "../../schema/payload.js";
import type { Submitted } from "../../session/session-client.js";
import type { SessionInfo } from "../../session/session-info.js";
import type { TimelineView } from "../../timeline/view.js";
import type { CommandContext, Published } from "../feature/command-context.js";
import type { Session } from "../feature/session.js";
import type { Handler } from "./handlers.js";
import { Keys } from "./keys.js";
import type { KeyClaim } from "./lane/key-claim.js";
import { Lane, type LaneStatus } from "./lane/lane.js";
import type { EncodedEvent } from "./lane/publication.js";
import { rebuildTimeline, retryTimeline } from "./lane/repair.js";
import type { SessionHost } from "./lane/session-host.js";
import { encodeGiven, enqueue, type Publishable, whilePublishing } from "./publisher.js";
import { Runs } from "./runs.js";
import type { SessionStatus } from "./session-status.js";
import { checkSubmitOptions, type HubSubmitOptions } from "./submit-options.js";
import { CommandFailure } from "./submit-outcome.js";

/** A session that is in memory: its lane, its handlers and its runs. */
export class ActiveSession {
  readonly #host: SessionHost;
  readonly #lane: Lane;
  readonly #keys: Keys;
  readonly #runs: Runs;
  readonly #handling = new Set<Promise<unknown>>();
  /** Of handlers, and of those who wait for one under a key. */
  readonly #controllers = new Set<AbortController>();
  #abortReason: Error | undefined;
  #opened: Promise<void> | undefined;

  constructor(id: string, host: SessionHost) {
    this.#host = host;
    this.#lane = new Lane(id, host);
    this.#keys = new Keys(this.#lane, host.store);
    this.#runs = new Runs(id, (name, error) => host.report({ step: "run", sessionId: id, name, error }));
  }

  get isIdle(): boolean {
    return this.#lane.isIdle && this.#handling.size === 0 && this.#runs.ids.length === 0;
  }

  /** Where the session stands. */
  async status(): Promise<SessionStatus> {
    return this.#statusOf(await this.#lane.status());
  }

  /** The timeline, live and at least as new as the store is now. */
  async timeline(): Promise<TimelineView> {
    await this.#lane.refresh();
    await this.#lane.status();
    return this.#lane.timeline;
  }

  /** Projects what the timeline lacks since a projection failed. */
  async retry(): Promise<SessionStatus> {
    return this.#statusOf(await retryTimeline(this.#lane, this.#host));
  }

  /** Folds the whole log again. */
  async rebuild(): Promise<SessionStatus> {
    return this.#statusOf(await rebuildTimeline(this.#lane, this.#host));
  }

  /** Aborts handlers, runs, and those that are still to begin. */
  abort(reason: Error): void {
    this.#abortReason = reason;
    this.#runs.abortAll(reason);
    for (const controller of this.#controllers) controller.abort(reason);
  }

  /** Resolves when no handler and no run is going on. */
  async idle(): Promise<void> {
    while (this.#handling.size > 0 || this.#runs.ids.length > 0) {
      await Promise.allSettled(this.#handling);
      await this.#runs.idle();
    }
  }

  /** Resolves when every event that was published is durable or refused. */
  settled(): Promise<void> {
    return this.#lane.idle();
  }

  /** Takes what is published without a command: an event, or several together; under a key, once. */
  accept(given: Publishable, init: object | undefined, key: string | undefined): Promise<Published> {
    const { registry } = this.#host;
    const events = encodeGiven(registry, this.#lane.id, given, init);
    if (key === undefined) return enqueue(this.#lane, events);
    // As they are now, whatever the caller does with what it gave.
    const kept = events.map((event) => ({
      ...event,
      payload: fromBinary(registry.event(event.name).schema, event.encoded),
    }));
    const name = `event ${events.map((event) => event.name).join(" ")}`;
    return this.#track(() => this.#keys.once(key, name, joined(events), (claim) => enqueue(this.#lane, kept, claim)));
  }

  /**
   * Runs a command's handler to its end, and waits until all that it published
   * is durable, whether it waited for that itself or not. Under a key, once.
   * Rejects with a CommandFailure once the handler's turn has come, and before with
   * what the command is refused for.
   */
  async handle(
    { name, schema }: DescCommand,
    init: object,
    options: HubSubmitOptions,
    handler: Handler | undefined,
  ): Promise<Submitted> {
    const what = `command "${name}"`;
    const context = { sessionId: this.#lane.id, name };
    if (handler === undefined) {
      throw new SessionstreamError("NO_HANDLER", `${what} has no handler: its feature has no \`handle\``, context);
    }
    checkSubmitOptions(options);
    const { key, signal, identity, trace } = options;
    const handle = async (
      payload: CommandContext["payload"],
      signal: AbortSignal,
      claim?: KeyClaim,
    ): Promise<Submitted> => {
      try {
        return await this.#handle({ name, key, payload, identity, trace, signal }, handler, claim);
      } catch (thrown) {
        throw new CommandFailure(thrown);
      }
    };
    if (key === undefined) {
      const payload = toPayload(schema, init, what, context);
      this.#host.observe?.({ mode: "live", step: "submit", ...context });
      return this.#track(() => this.#abortable(signal, (signal) => handle(payload, signal)));
    }
    const { payload, encoded } = encodePayload(schema, init, what, context);
    this.#host.observe?.({ mode: "live", step: "submit", ...context });
    signal?.throwIfAborted();
    const outcome = this.#track(() =>
      this.#keys.once(key, `command ${name}`, encoded, (claim) =>
        this.#abortable(undefined, (signal) => handle(payload, signal, claim)),
      ),
    );
    // Others may wait for the same outcome: whoever gives up ends their own wait.
    return this.#abortable(signal, (signal) => untilAborted(outcome, signal));
  }

  /** Tells the features, once, that the session is in memory. */
  open(): Promise<void> {
    this.#opened ??= this.#track(() => this.#open());
    return this.#opened;
  }

  async #handle(
    command: Pick<CommandContext, "name" | "key" | "payload" | "identity" | "trace" | "signal">,
    handler: Handler,
    claim?: KeyClaim,
  ): Promise<Submitted> {
    if (this.#host.openers.length > 0) await this.open();
    await this.#lane.refresh();
    const { info, ordinal } = await this.#lane.status();
    command.signal.throwIfAborted();
    const run: CommandContext["run"] = (id, task, options) => {
      this.#runs.start(id, claim === undefined ? task : onceGranted(claim, task), options);
      if (this.#abortReason !== undefined) this.#runs.abort(id, this.#abortReason);
    };
    const session = this.#session(info);
    const last = await whilePublishing(
      this.#lane,
      this.#host,
      (publisher) => handler({ ...command, session, ...publisher, run }),
      claim,
    );
    if (claim !== undefined) await this.#keys.record(claim);
    return { ordinal: last ?? ordinal };
  }

  async #open(): Promise<void> {
    for (const opened of this.#host.openers) {
      try {
        const { info, view } = await this.#lane.status();
        const session = this.#session(info);
        await whilePublishing(this.#lane, this.#host, ({ publish }) => opened({ session, view, publish }));
      } catch (error) {
        this.#host.report({ step: "opened", sessionId: this.#lane.id, error });
      }
    }
  }

  /** Gives work a signal that is aborted with the caller's, if there is one, and by `abort`. */
  async #abortable<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const stop = signal && whenAborted(signal, (reason) => controller.abort(reason));
    if (this.#abortReason !== undefined) controller.abort(this.#abortReason);
    this.#controllers.add(controller);
    try {
      return await work(controller.signal);
    } finally {
      this.#controllers.delete(controller);
      stop?.();
    }
  }

  async #track<T>(work: () => Promise<T>): Promise<T> {
    const working = work();
    this.#handling.add(working);
    try {
      return await working;
    } finally {
      this.#handling.delete(working);
    }
  }

  #statusOf({ info, ordinal, cursor }: LaneStatus): SessionStatus {
    return { ...info, ordinal, cursor, runs: this.#runs.ids };
  }

  #session(info: SessionInfo): Session {
    const runs = this.#runs;
    return {
      id: info.id,
      metadata: info.metadata,
      timeline: this.#lane.timeline,
      get runs() {
        return runs.ids;
      },
      abortRun: (id, reason) => runs.abort(id, reason),
      abortRuns: (reason) => runs.abortAll(reason),
    };
  }
}

/** The payloads of events as one, each after its length, so that no two lists of events give the same. */
function joined(events: readonly EncodedEvent[]): Uint8Array {
  const [only] = events;
  if (only !== undefined && events.length === 1) return only.encoded;
  const writer = new BinaryWriter();
  for (const { encoded } of events) writer.bytes(encoded);
  return writer.finish();
}

/** The task of a run of work under a key. Where another process did that work first, it does not begin. */
function onceGranted({ granted }: KeyClaim, task: (signal: AbortSignal) => Promise<void>): typeof task {
  return async (signal) => {
    const isOurs = await granted.then(
      () => true,
      () => false,
    );
    if (isOurs) await task(signal);
  };
}
