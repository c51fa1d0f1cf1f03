import { untilAborted } from "../../base/abort.js";
import { SessionstreamError } from "../../base/errors.js";
import { fnv1aOfText } from "../../base/fnv.js";
import type { DescCommand } from "../../schema/command.js";
import { encodePayload, toPayload } from "../../schema/payload.js";
import type { SchemaRegistry } from "../../schema/registry.js";
import { decodeRejection, encodeRejection, type StoredRejection } from "../../schema/stored-rejection.js";
import type { Submitted } from "../../session/session-client.js";
import type { SessionInfo } from "../../session/session-info.js";
import type { EventMeta } from "../../store/event-meta.js";
import type { TimelineView } from "../../timeline/view.js";
import type { CommandContext, Published, PublishOptions } from "../feature/command-context.js";
import type { Session } from "../feature/session.js";
import { type DeliveryWay, deliver } from "./delivery.js";
import type { Handler } from "./handlers.js";
import { closeTimeout, Handling } from "./handling.js";
import { clientKeys, Keys } from "./keys.js";
import type { LaneStatus } from "./lane/held-lane.js";
import type { KeyedWork } from "./lane/keyed-work.js";
import { Lane } from "./lane/lane.js";
import { rebuildTimeline, retryTimeline } from "./lane/repair.js";
import type { SessionHost } from "./lane/session-host.js";
import { type Publishable, whilePublishing } from "./publisher.js";
import { rejecter } from "./rejecter.js";
import { Runs } from "./runs.js";
import type { SessionStatus } from "./session-status.js";
import { Signals } from "./signals.js";
import { checkSubmitOptions, type HubSubmitOptions } from "./submit-options.js";
import { CommandFailure, errorOf, isRejectionOf } from "./submit-outcome.js";

type Command = Pick<CommandContext, "name" | "key" | "payload" | "identity" | "trace" | "signal" | "reject">;

/** A session that is in memory: its lane, its handlers and its runs. */
export class ActiveSession {
  readonly #host: SessionHost;
  readonly #lane: Lane;
  readonly #keys: Keys;
  readonly #runs: Runs;
  /** The way of what is published without a command. */
  readonly #way: DeliveryWay;
  readonly #handling: Handling;
  /** Handlers, those who wait for one under a key, and events that are published under a key. */
  readonly #tracked = new Set<Promise<unknown>>();
  readonly #signals = new Signals();
  #opened: Promise<void> | undefined;

  constructor(id: string, host: SessionHost) {
    this.#host = host;
    this.#lane = new Lane(id, host);
    this.#keys = new Keys(id, host, this.#signals);
    this.#way = { lane: this.#lane, keys: this.#keys, host };
    this.#handling = new Handling(id);
    this.#runs = new Runs(id, (name, error) => host.report({ step: "run", sessionId: id, name, error }));
  }

  get isIdle(): boolean {
    return this.#lane.isIdle && this.#tracked.size === 0 && this.#runs.ids.length === 0;
  }

  /** Stays in memory, and fans out what other processes commit, until the returned function is called. */
  follow(): () => void {
    return this.#lane.follow();
  }

  /** Resolves when all that is committed from now on will be fanned out, or where nobody follows. */
  followed(): Promise<void> {
    return this.#lane.followed();
  }

  /** The store has come to a revision of the session, or to one that is not known. */
  moved(revision?: number): void {
    this.#lane.moved(revision);
  }

  /** Where the session stands, at least as new as the store is now. */
  async status(): Promise<SessionStatus> {
    await this.#lane.refresh();
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
    // Another process may know of a failure that this one has not heard of.
    await this.#lane.refresh();
    return this.#statusOf(await retryTimeline(this.#lane, this.#host));
  }

  /** Folds the whole log again. */
  async rebuild(): Promise<SessionStatus> {
    await this.#lane.refresh();
    return this.#statusOf(await rebuildTimeline(this.#lane, this.#host));
  }

  /** Aborts handlers, runs, and those that are still to begin. */
  abort(reason: Error): void {
    this.#signals.abort(reason);
    this.#runs.abortAll(reason);
  }

  /** Takes nothing more from handlers and runs that still go on, and waits for them no longer. Reports each. */
  leave(error: Error, grace: number): void {
    this.#lane.refuse(error);
    const { id } = this.#lane;
    this.#handling.leave(error, grace, (report) => this.#host.report(report));
    for (const run of this.#runs.leave()) {
      this.#host.report({ step: "run", sessionId: id, name: run, error: closeTimeout(`run "${run}"`, grace, id, run) });
    }
  }

  /** Resolves when no handler and no run is going on. */
  async idle(): Promise<void> {
    while (this.#tracked.size > 0 || this.#runs.ids.length > 0) {
      await Promise.allSettled(this.#tracked);
      await this.#runs.idle();
    }
  }

  /** Stores what is not stored yet of the timeline. */
  flush(): void {
    this.#lane.flush();
  }

  /** Resolves when every event that was published is durable or refused. */
  settled(): Promise<void> {
    return this.#lane.idle();
  }

  /** Takes what is published without a command: an event, or several together; under a key, once. */
  accept(given: Publishable, init: object | undefined, options: PublishOptions | undefined): Promise<Published> {
    const published = deliver(this.#way, given, init, options);
    return options?.key === undefined ? published : this.#track(() => published);
  }

  /**
   * Runs a command's handler to its end, and waits until all that it published
   * is durable, whether it waited for that itself or not. Under a key, once.
   * Rejects with a CommandFailure once the handler's turn has come, and before with
   * what the command is refused for.
   */
  async handle(
    desc: DescCommand,
    init: object,
    options: HubSubmitOptions,
    handler: Handler | undefined,
  ): Promise<Submitted> {
    const { name, schema } = desc;
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
      claim?: KeyedWork,
    ): Promise<Submitted> => {
      try {
        const reject = rejecter(this.#host.registry, this.#lane.id, desc);
        return await this.#handle({ name, key, payload, identity, trace, signal, reject }, handler, claim);
      } catch (thrown) {
        throw new CommandFailure(thrown);
      }
    };
    if (key === undefined) {
      const payload = toPayload(schema, init, what, context);
      this.#host.observe?.({ mode: "live", step: "submit", ...context });
      return this.#track(() => this.#signals.during(signal, (signal) => handle(payload, signal)));
    }
    const { payload, encoded } = encodePayload(schema, init, what, context);
    this.#host.observe?.({ mode: "live", step: "submit", ...context });
    signal?.throwIfAborted();
    const outcome = this.#track(() =>
      this.#keys.submit(
        { space: clientKeys(identity), key, what: `command ${name}`, payload: encoded },
        {
          name,
          run: (work) => this.#signals.during(undefined, (signal) => handle(payload, signal, work)),
          rejectionOf: (error) => storedRejectionOf(error, this.#host.registry, context),
          rejected: (rejection) => decodeRejection(this.#host.registry, rejection, context),
        },
      ),
    );
    // Others may wait for the same outcome: whoever gives up ends their own wait.
    return this.#signals.wait(signal === undefined ? outcome : untilAborted(outcome, signal));
  }

  /** Tells the features, once, that the session is in memory. */
  open(): Promise<void> {
    this.#opened ??= this.#track(() => this.#open());
    return this.#opened;
  }

  async #handle(command: Command, handler: Handler, claim?: KeyedWork): Promise<Submitted> {
    if (this.#host.openers.length > 0) await this.open();
    await this.#lane.refresh();
    const { info, ordinal } = await this.#lane.status();
    command.signal.throwIfAborted();
    const run: CommandContext["run"] = (id, task, options) => {
      if (this.#handling.hasLeft) throw this.#signals.reason;
      this.#runs.start(id, task, options);
      if (this.#signals.reason !== undefined) this.#runs.abort(id, this.#signals.reason);
    };
    const session = this.#session(info);
    const last = await this.#handling.whileGoing(
      { step: "submit", name: command.name },
      whilePublishing(this.#lane, this.#host, (publisher) => handler({ ...command, session, ...publisher, run }), {
        claim,
        meta: metaOf(command),
      }),
    );
    return { ordinal: last ?? ordinal };
  }

  async #open(): Promise<void> {
    for (const opened of this.#host.openers) {
      try {
        const { info, view } = await this.#lane.status();
        const session = this.#session(info);
        await this.#handling.whileGoing(
          { step: "opened" },
          whilePublishing(this.#lane, this.#host, ({ publish }) => opened({ session, view, publish })),
        );
      } catch (error) {
        if (this.#handling.hasLeft) return;
        this.#host.report({ step: "opened", sessionId: this.#lane.id, error });
      }
    }
  }

  async #track<T>(work: () => Promise<T>): Promise<T> {
    const working = work();
    this.#tracked.add(working);
    try {
      return await working;
    } finally {
      this.#tracked.delete(working);
    }
  }

  #statusOf({ info, ordinal, cursor, stop }: LaneStatus): SessionStatus {
    return { ...info, ordinal, cursor, stop, runs: this.#runs.ids };
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

/** What a store keeps of a command's failure, if its handler rejected it. */
function storedRejectionOf(
  thrown: unknown,
  registry: SchemaRegistry,
  { sessionId, name }: { readonly sessionId: string; readonly name: string },
): StoredRejection | undefined {
  const error = errorOf(thrown);
  return isRejectionOf(error, sessionId, name) ? encodeRejection(registry, error) : undefined;
}

/** What the events of a command say of where they come from. */
function metaOf({ name, key, identity, trace }: Command): EventMeta {
  return {
    ...(identity !== undefined && { identity: identity.id }),
    command: name,
    ...(key !== undefined && { key: fnv1aOfText(key) }),
    ...(trace !== undefined && { trace }),
  };
}
