import { SessionstreamError } from "../base/errors.js";
import type { DescCommand, DescEvent, DescFeature } from "../schema/descriptors.js";
import { type PayloadInit, toPayload } from "../schema/payload.js";
import { SchemaRegistry } from "../schema/registry.js";
import type { SessionClient, SubmitOptions, Submitted } from "../session/session-client.js";
import { checkSessionId } from "../session/session-id.js";
import type { SessionInfo } from "../session/session-info.js";
import { memoryStore } from "../store/memory-store.js";
import { readLog } from "../store/read-log.js";
import type { EventRange, SessionRange, Store, StoredError } from "../store/store.js";
import type { Snapshot } from "../timeline/snapshot.js";
import { snapshotOf } from "../timeline/snapshot-of.js";
import { Timeline } from "../timeline/timeline.js";
import { checkDescriptor, checkOptions } from "./check-options.js";
import type { BackendEvent, CommandContext, Feature, Published } from "./feature/feature.js";
import { guarded, printError } from "./observe/guarded.js";
import type { PipelineRecord } from "./observe/pipeline-observer.js";
import type { Fanout, HubOptions, UiBatch } from "./options.js";
import { EventReader } from "./project/event-reader.js";
import { Projector } from "./project/feature-projections.js";
import { Projection } from "./project/fold.js";
import { type FullHydration, type Hydration, type ResumePoint, readAll, readHydration } from "./read/hydrate.js";
import { LocalSessionClient } from "./read/local-session.js";
import { checkEventRange, checkSessionRange } from "./read/ranges.js";
import type { LiveSession } from "./write/active-session.js";
import { LiveSessions } from "./write/active-sessions.js";
import { Committer } from "./write/committer.js";
import type { Lane, LaneStatus } from "./write/lane.js";
import type { HubCore } from "./write/lane-host.js";
import { rebuildTimeline, retryTimeline } from "./write/repair.js";

/** Where a session stands. */
export interface SessionStatus extends SessionInfo {
  /** The ordinal of the last event that was ordered; 0 before the first. */
  readonly ordinal: bigint;
  /**
   * The ordinal of the last event that the timeline contains. It is below
   * `ordinal` when a timeline projection failed and no `retry` has succeeded.
   */
  readonly cursor: bigint;
  /** The ids of the runs that are going on. */
  readonly runs: readonly string[];
}

/**
 * The centre of an application: takes commands to their handlers, orders what
 * they publish, projects it, keeps it and fans out what clients are to see.
 */
export class Hub {
  /** The schema of all features. */
  readonly registry = new SchemaRegistry();
  readonly #core: HubCore;
  readonly #store: Store;
  readonly #reader: EventReader;
  /** For events of the log: one whose projection fails has no effect on what is read of the past. */
  readonly #past: Projection;
  readonly #handlers = new Map<string, (context: CommandContext) => void | Promise<void>>();
  readonly #sessions: LiveSessions;
  readonly #fanouts = new Set<Fanout>();
  #closing: Promise<void> | undefined;

  /** Throws INVALID_OPTION, and DUPLICATE_NAME or INVALID_PAYLOAD where the features do not go together. */
  constructor(options: HubOptions) {
    checkOptions(options);
    const { features, store = memoryStore(), sessionMetadata = () => ({}) } = options;
    const onError = options.onError ?? printError;
    const { observer } = options;
    const ignored = () => {};
    const observe = observer && ((record: PipelineRecord) => guarded(() => observer(record), ignored));
    const policies = { ui: "advance", timeline: "fail", ...options.onProjectionError } as const;
    const projector = new Projector(this.registry, features);
    this.#reader = new EventReader(this.registry, features);
    this.#past = new Projection(this.#reader, projector, { ui: "advance", timeline: "advance" }, undefined);
    for (const feature of features) this.#install(feature);
    this.#store = store;
    this.#core = {
      registry: this.registry,
      store,
      projection: new Projection(this.#reader, projector, policies, observe),
      committer: new Committer(store),
      openers: features.flatMap((feature) => (feature.opened ? [(context) => feature.opened?.(context)] : [])),
      observe,
      sessionMetadata,
      fanOut: (batch) => this.#fanOut(batch),
      report: (report) => {
        // An observer that fails must not hide what it was told.
        guarded(
          () => onError(report),
          () => printError(report),
        );
      },
    };
    this.#sessions = new LiveSessions(this.#core, options.keepIdle ?? 1000);
  }

  /**
   * Runs a command's handler in a session. Resolves when the handler is done and
   * all that it published is durable; what it started with `run` goes on.
   * Rejects with the handler's error, or throws UNKNOWN_NAME, NO_HANDLER,
   * PAYLOAD_TYPE_MISMATCH, INVALID_PAYLOAD, INVALID_SESSION or CLOSED.
   *
   * Under a key, the handler runs once: whoever submits the command again, at
   * the same time or later, gets the outcome of the first; where another process
   * is still at it, the ordinal of what it published so far. A handler that
   * failed before anything it published was durable runs again; one that failed
   * later, or whose process ended, has had its effect. The signal then ends the
   * caller's wait, not the handler. Throws INVALID_KEY, and KEY_REUSED where the
   * key was used for something else in the session.
   */
  async submit<D extends DescCommand>(
    sessionId: string,
    command: D,
    payload: PayloadInit<D["schema"]>,
    options: SubmitOptions = {},
  ): Promise<Submitted> {
    const session = this.#use(sessionId);
    checkDescriptor("command", command);
    const { name } = command;
    const { schema } = this.registry.command(name);
    const checked = toPayload(schema, payload, `command "${name}"`, { sessionId, name });
    const handler = this.#handlers.get(name);
    if (handler === undefined) {
      throw new SessionstreamError("NO_HANDLER", `command "${name}" has no handler: its feature has no \`handle\``, {
        name,
      });
    }
    this.#core.observe?.({ mode: "live", step: "submit", sessionId, name });
    return session.handle(command, checked, options, handler);
  }

  /**
   * Publishes a backend event without a command. Resolves when it is durable.
   * Under a key, for what may be delivered twice, it is stored once; again gives
   * the ordinal of the first. Throws UNKNOWN_NAME, PAYLOAD_TYPE_MISMATCH,
   * INVALID_PAYLOAD, INVALID_SESSION, CLOSED, STORE_FAILED, PROJECTION_FAILED
   * where the UI policy is `fail`, INVALID_KEY, or KEY_REUSED.
   */
  async publish<D extends DescEvent>(
    sessionId: string,
    event: D,
    payload: PayloadInit<D["schema"]>,
    { key }: { readonly key?: string } = {},
  ): Promise<Published> {
    checkDescriptor("event", event);
    const session = this.#use(sessionId);
    return key === undefined ? session.publish(event, payload) : session.publishOnce(key, event, payload);
  }

  /** The session's durable timeline: as it is, or as it was after the event at the ordinal `asOf`. */
  async snapshot(sessionId: string, { asOf }: { readonly asOf?: bigint } = {}): Promise<Snapshot> {
    checkSessionId(sessionId);
    const stored = await this.#store.load(sessionId);
    if (stored === undefined) return snapshotOf(sessionId, new Timeline(this.registry));
    if (asOf === undefined || asOf >= stored.cursor) {
      return snapshotOf(sessionId, new Timeline(this.registry, stored.cursor, stored.entities));
    }
    const timeline = new Timeline(this.registry);
    const info: SessionInfo = { id: sessionId, metadata: stored.metadata };
    for await (const event of readLog(this.#store, sessionId, 0n)) {
      if (event.ordinal > asOf) break;
      this.#past.stored(event, info, timeline, []);
    }
    return snapshotOf(sessionId, timeline);
  }

  /**
   * What a client begins with: the snapshot, and the UI events of the events above
   * it. There are such events only while the timeline stands before one whose
   * projection failed. For a client that has the session up to a point already, it
   * is what changed since then, or the snapshot with the reason why it begins anew.
   */
  hydrate(sessionId: string): Promise<FullHydration>;
  hydrate(sessionId: string, from: ResumePoint | undefined): Promise<Hydration>;
  async hydrate(sessionId: string, from?: ResumePoint): Promise<Hydration> {
    checkSessionId(sessionId);
    // What is published on opening comes as live UI events.
    if (this.#core.openers.length > 0 && this.#closing === undefined) void this.#use(sessionId).open();
    const source = { store: this.#store, registry: this.registry, past: this.#past };
    return from === undefined ? readAll(source, sessionId, "new") : readHydration(source, sessionId, from);
  }

  /**
   * The session's events in order, as they are after upcasts: those above
   * `after`, at most `limit`. Throws INVALID_RANGE, and PAYLOAD_TYPE_MISMATCH,
   * INVALID_PAYLOAD or UPCAST_FAILED for one that cannot be read.
   */
  async events(sessionId: string, range: EventRange = {}): Promise<readonly BackendEvent[]> {
    checkSessionId(sessionId);
    checkEventRange(range);
    const stored = await this.#store.session(sessionId);
    if (stored === undefined) return [];
    const info: SessionInfo = { id: sessionId, metadata: stored.metadata };
    const events = await this.#store.events(sessionId, range);
    return events.map((event) => this.#reader.read(info, event));
  }

  /** The failures on record of the session's events, oldest first. */
  async errors(sessionId: string): Promise<readonly StoredError[]> {
    checkSessionId(sessionId);
    return this.#store.errors(sessionId);
  }

  /**
   * The ids of the sessions that are stored: those after `after`, at most `limit`,
   * in an order that stays. Throws INVALID_RANGE or INVALID_SESSION.
   */
  async sessions(range: SessionRange = {}): Promise<readonly string[]> {
    checkSessionRange(range);
    return this.#store.sessions(range);
  }

  /** Where the session stands. A session that nobody used stands at 0. */
  session(sessionId: string): Promise<SessionStatus> {
    return this.#status(sessionId, (lane) => lane.status());
  }

  /**
   * Projects the events that the timeline lacks since a projection failed. Where
   * one fails again and the policy is `fail`, the timeline stops there: `cursor`
   * is then below `ordinal`. Events published meanwhile wait until it is done.
   */
  retry(sessionId: string): Promise<SessionStatus> {
    return this.#status(sessionId, (lane) => retryTimeline(lane, this.#core));
  }

  /**
   * Folds the whole log again, for instance after a projection was changed.
   * Readers see the old timeline until the new one takes its place in one commit,
   * and events keep coming in meanwhile. Rejects with what a projection throws
   * where the policy is `fail`; the old timeline then stays.
   */
  rebuild(sessionId: string): Promise<SessionStatus> {
    return this.#status(sessionId, (lane) => rebuildTimeline(lane, this.#core));
  }

  /** Resolves when no handler and no run of the session is going on. */
  async waitIdle(sessionId: string): Promise<void> {
    await this.#sessions.get(sessionId)?.idle();
  }

  /** Gives the fan-out the UI events of all sessions from now on; returns what ends it. */
  subscribe(fanout: Fanout): () => void {
    this.#fanouts.add(fanout);
    return () => this.#fanouts.delete(fanout);
  }

  /** A typed client of one session within this process. */
  client<F extends DescFeature>(sessionId: string, feature: F): SessionClient<F> {
    checkSessionId(sessionId);
    return new LocalSessionClient(this, sessionId, feature);
  }

  /**
   * Takes nothing new, waits until handlers and runs are done and all that they
   * published is durable, then closes the store. With `abort`, their signals are
   * aborted first. A second call only adds to the first: it can abort what the
   * first waits for.
   */
  close({ abort = false }: { readonly abort?: boolean } = {}): Promise<void> {
    const reason = new SessionstreamError("CLOSED", "the hub is closing");
    if (abort) {
      for (const session of this.#sessions.all()) session.abort(reason);
    }
    this.#closing ??= this.#drain();
    return this.#closing;
  }

  async #drain(): Promise<void> {
    const sessions = this.#sessions.all();
    await Promise.all(sessions.map((session) => session.idle()));
    await Promise.all(sessions.map(({ lane }) => lane.idle()));
    await this.#core.committer.idle();
    await this.#store.close();
  }

  #install(feature: Feature): void {
    this.registry.register(feature.desc);
    if (feature.handle === undefined) return;
    for (const { name } of feature.desc.commands) {
      this.#handlers.set(name, (context) => feature.handle?.(context));
    }
  }

  async #status(sessionId: string, read: (lane: Lane) => Promise<LaneStatus>): Promise<SessionStatus> {
    const { lane, runs } = this.#use(sessionId);
    const { info, ordinal, cursor } = await read(lane);
    return { ...info, ordinal, cursor, runs: runs.ids };
  }

  #use(sessionId: string): LiveSession {
    checkSessionId(sessionId);
    if (this.#closing !== undefined) throw new SessionstreamError("CLOSED", "the hub is closed", { sessionId });
    return this.#sessions.use(sessionId);
  }

  #fanOut(batch: UiBatch): void {
    if (batch.events.length === 0 && !batch.isReset) return;
    const { sessionId, ordinal } = batch;
    for (const fanout of this.#fanouts) {
      guarded(
        () => fanout(batch),
        (error) => this.#core.report({ step: "fanout", sessionId, ordinal, error }),
      );
    }
  }
}
