import { untilAborted } from "../../base/abort.js";
import { SessionstreamError } from "../../base/errors.js";
import type { DescCommand } from "../../schema/command.js";
import { encode } from "../../schema/encode.js";
import { toPayload } from "../../schema/payload.js";
import { checkEncodedSize, checkSize } from "../../schema/payload-size.js";
import { checkRunId } from "../../schema/run.js";
import { decodeRejection } from "../../schema/stored-rejection.js";
import type { Submitted } from "../../session/session-client.js";
import type { SessionInfo } from "../../session/session-info.js";
import type { EventMeta } from "../../store/event-meta.js";
import type { Redaction } from "../../store/redaction.js";
import type { TimelineView } from "../../timeline/view.js";
import type { CommandContext, Published, PublishOptions } from "../feature/command-context.js";
import { type RunInfo, runInfoOf } from "../feature/run-info.js";
import type { Session } from "../feature/session.js";
import type { SessionImage } from "../project/session-image.js";
import { Background } from "./background.js";
import { type Command, metaOf, storedRejectionOf } from "./command.js";
import { type DeliveryWay, deliver } from "./delivery.js";
import type { Handler } from "./handlers.js";
import { closeTimeout, Handling } from "./handling.js";
import { clientKeys, Keys } from "./keys.js";
import type { LaneStatus } from "./lane/held-lane.js";
import type { KeyedWork } from "./lane/keyed-work.js";
import { Lane } from "./lane/lane.js";
import { sessionDeleted } from "./lane/outcome.js";
import { redactEvents } from "./lane/redact.js";
import { rebuildTimeline, retryTimeline } from "./lane/repair.js";
import type { SessionHost } from "./lane/session-host.js";
import { type Publishable, whilePublishing } from "./publisher.js";
import { rejecter } from "./rejecter.js";
import { cancelRun } from "./run-end.js";
import type { SessionStatus } from "./session-status.js";
import { Signals } from "./signals.js";
import { checkSubmitOptions, type HubSubmitOptions } from "./submit-options.js";
import { CommandFailure } from "./submit-outcome.js";

/** About how many bytes a session takes in memory beside its timeline. */
const sessionBytes = 6_000;

/** A session that is in memory: its lane, its handlers and its background work. */
export class ActiveSession {
  readonly #host: SessionHost;
  readonly #lane: Lane;
  readonly #keys: Keys;
  readonly #background: Background;
  /** The way of what is published without a command. */
  readonly #way: DeliveryWay;
  readonly #handling: Handling;
  /** Handlers, those who wait for one under a key, and events that are published under a key. */
  readonly #tracked = new Set<Promise<unknown>>();
  readonly #signals = new Signals();

  constructor(id: string, host: SessionHost) {
    this.#host = host;
    this.#lane = new Lane(id, host, (error) => this.#abortBegun(error));
    this.#keys = new Keys(id, host, this.#signals);
    this.#way = { lane: this.#lane, keys: this.#keys, host };
    this.#handling = new Handling(id);
    this.#background = new Background(id, (name, error) => {
      host.report({ step: "background", sessionId: id, name, error });
    });
  }

  get lane(): Lane {
    return this.#lane;
  }

  get keys(): Keys {
    return this.#keys;
  }

  /** About how many bytes it takes in memory. */
  get bytes(): number {
    return sessionBytes + this.#lane.bytes;
  }

  get isIdle(): boolean {
    return this.#lane.isIdle && !this.hasWork;
  }

  /** Whether a handler or background work is going on. */
  get hasWork(): boolean {
    return this.#tracked.size > 0 || this.#background.ids.length > 0;
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

  /** What is durable of the session, at least as new as the store is now. */
  image(): Promise<SessionImage> {
    return this.#lane.image();
  }

  /** Deletes the session, after it ended what is going on for it. Resolves to whether the store had it. */
  delete(): Promise<boolean> {
    this.#signals.abortAll(sessionDeleted(this.#lane.id));
    return this.#lane.delete();
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

  /** Clears fields of events, and folds the log again. */
  async redact(redaction: Redaction): Promise<SessionStatus> {
    await this.#lane.refresh();
    return this.#statusOf(await redactEvents(this.#lane, this.#host, redaction));
  }

  /** Loads the session as a program does that has just started: it is folded again where that is due. */
  loadAnew(): Promise<void> {
    return this.#lane.loadAnew();
  }

  /** Aborts handlers, background work, and those that are still to begin. */
  abort(reason: Error): void {
    this.#signals.abort(reason);
    this.#background.abortAll(reason);
  }

  /** Takes nothing more from handlers and background work, and waits for them no longer. Reports each. */
  leave(error: Error, grace: number): void {
    this.#lane.refuse(error);
    const { id } = this.#lane;
    this.#handling.leave(error, grace, (report) => this.#host.report(report));
    for (const name of this.#background.leave()) {
      const error = closeTimeout(`background work "${name}"`, grace, id, name);
      this.#host.report({ step: "background", sessionId: id, name, error });
    }
  }

  /** Resolves when no handler and no background work is going on. */
  async idle(): Promise<void> {
    while (this.hasWork) {
      await Promise.allSettled(this.#tracked);
      await this.#background.idle();
    }
  }

  /** The session leaves the memory: what is not stored yet of the timeline is stored. */
  evict(): void {
    this.#lane.leave();
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
    checkSize(init, this.#host.maxPayloadBytes, what, context);
    const { key, signal, identity, trace } = options;
    const handle = async (
      payload: CommandContext["payload"],
      signal: AbortSignal,
      claim?: KeyedWork,
    ): Promise<Submitted> => {
      try {
        const reject = rejecter(this.#host.registry, this.#lane.id, desc);
        this.#host.registry.freeze(payload);
        return await this.#handle({ name, key, payload, identity, trace, signal, reject }, handler, claim);
      } catch (thrown) {
        throw new CommandFailure(thrown);
      }
    };
    const payload = toPayload(schema, init, what, context);
    if (key === undefined) {
      this.#host.observe?.({ mode: "live", step: "submit", ...context });
      return this.#track(() => this.#signals.during(signal, (signal) => handle(payload, signal)));
    }
    const encoded = encode(schema, payload);
    checkEncodedSize(encoded, this.#host.maxPayloadBytes, what, context);
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

  /** Cancels a run and those that it started. Resolves to whether it was going on. */
  async cancelRun(id: string, reason: string | undefined, meta?: EventMeta): Promise<boolean> {
    checkRunId(id);
    await this.#lane.refresh();
    const outcome = { status: "cancelled", ...(reason !== undefined && { reason }) } as const;
    return cancelRun(this.#lane, this.#host, { id, outcome, meta });
  }

  /** The session as the work of a run sees it. */
  async seen(meta: EventMeta): Promise<Session> {
    await this.#lane.refresh();
    const { info } = await this.#lane.status();
    return this.#session(info, meta);
  }

  async #handle(command: Command, handler: Handler, claim?: KeyedWork): Promise<Submitted> {
    // A claim has looked already.
    await this.#lane.refresh(claim);
    const { info, ordinal } = await this.#lane.status();
    command.signal.throwIfAborted();
    this.#signals.begun(command.signal);
    const { deletions } = this.#lane;
    const background: CommandContext["background"] = (id, task, options) => {
      if (this.#lane.deletions > deletions) throw sessionDeleted(this.#lane.id);
      if (this.#handling.hasLeft) throw this.#signals.reason;
      this.#background.start(id, task, options);
      if (this.#signals.reason !== undefined) this.#background.abort(id, this.#signals.reason);
    };
    const meta = metaOf(command);
    const session = this.#session(info, meta);
    const last = await this.#handling.whileGoing(
      command.name,
      whilePublishing(
        this.#lane,
        this.#host,
        (publisher) => handler({ ...command, session, ...publisher, background }),
        {
          claim,
          meta,
        },
      ),
    );
    return { ordinal: last ?? ordinal };
  }

  /** Ends handlers that have seen the session, background work and runs. */
  #abortBegun(error: Error): void {
    this.#signals.abortBegun(error);
    this.#background.abortAll(error);
    this.#host.runs.deleted(this.#lane.id, error);
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
    return { ...info, ordinal, cursor, stop, runs: this.#openRuns(), background: this.#background.ids };
  }

  #openRuns(): RunInfo[] {
    return Array.from(this.#lane.runs.values(), (run) => runInfoOf(this.#host.registry, run));
  }

  #session({ id, metadata }: SessionInfo, meta: EventMeta): Session {
    const background = this.#background;
    const openRuns = () => this.#openRuns();
    return {
      id,
      metadata,
      timeline: this.#lane.timeline,
      get runs() {
        return openRuns();
      },
      cancelRun: (run, reason) => this.cancelRun(run, reason, meta),
      get background() {
        return background.ids;
      },
      abortBackground: (task, reason) => {
        if (task === undefined) return background.abortAll(reason);
        return background.abort(task, reason) ? 1 : 0;
      },
    };
  }
}
