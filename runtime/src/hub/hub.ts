import { SessionstreamError } from "../base/errors.js";
import type { DescCommand } from "../schema/command.js";
import type { DescEvent, EventDraft } from "../schema/event.js";
import type { DescFeature } from "../schema/feature.js";
import type { PayloadInit } from "../schema/payload.js";
import { SchemaRegistry } from "../schema/registry.js";
import type { FullHydration, Hydration, ResumePoint } from "../session/hydration.js";
import type { OptionsParameter, WithIdentity } from "../session/identity.js";
import type { SessionClient, Submitted } from "../session/session-client.js";
import { checkSessionId } from "../session/session-id.js";
import type { Fanout } from "../session/ui-batch.js";
import { memoryStore } from "../store/memory-store.js";
import type { EventRange, SessionRange, Store, StoredError } from "../store/store.js";
import type { Snapshot } from "../timeline/snapshot.js";
import type { TimelineView } from "../timeline/view.js";
import { checkDescriptor, checkHubOptions } from "./check-options.js";
import type { BackendEvent } from "./feature/backend-event.js";
import type { Published, PublishOptions } from "./feature/command-context.js";
import { LocalSession } from "./local-session.js";
import { reporter } from "./observe/error-report.js";
import { harmless } from "./observe/pipeline-observer.js";
import type { HubOptions } from "./options.js";
import { EventReader } from "./project/event-reader.js";
import { FeatureProjections } from "./project/feature-projections.js";
import { Fold } from "./project/fold.js";
import { policiesOf } from "./project/policies.js";
import { History } from "./read/history.js";
import type { ActiveSession } from "./write/active-session.js";
import { ActiveSessions } from "./write/active-sessions.js";
import { Fanouts } from "./write/fanouts.js";
import { type Handler, handlersOf } from "./write/handlers.js";
import { Committer } from "./write/lane/committer.js";
import { isList, type Publishable } from "./write/publisher.js";
import type { SessionStatus } from "./write/session-status.js";
import type { HubSubmitOptions } from "./write/submit-options.js";
import { outcomeOf, type SubmitOutcome, submittedOf } from "./write/submit-outcome.js";

/**
 * The centre of an application. It gives commands to their handlers, and orders the events that they
 * publish. It projects and stores each event, and fans out its UI events.
 *
 * @example
 * ```ts
 * const hub = new Hub({ features: [chatFeature({ handlers, ui, timeline })] });
 * await hub.submit("session-1", ChatStartInference, { prompt: "Explain ordinals" });
 * ```
 */
export class Hub {
  /** The schema of all features. */
  readonly registry = new SchemaRegistry();
  readonly #store: Store;
  readonly #history: History;
  readonly #handlers: ReadonlyMap<string, Handler>;
  readonly #sessions: ActiveSessions;
  readonly #fanouts: Fanouts;
  #closing: Promise<void> | undefined;

  /** @throws INVALID_OPTION, or DUPLICATE_NAME or INVALID_PAYLOAD if the features do not fit together. */
  constructor(options: HubOptions) {
    checkHubOptions(options);
    const { features, store = memoryStore(), observer, sessionMetadata = () => ({}), keepIdle = 1000 } = options;
    for (const { desc } of features) this.registry.register(desc);
    this.#handlers = handlersOf(features);
    const report = reporter(options.onError);
    const observe = harmless(observer);
    const projections = new FeatureProjections(this.registry, features);
    const reader = new EventReader(this.registry, features);
    this.#store = store;
    this.#history = new History(this.registry, store, reader, projections);
    this.#fanouts = new Fanouts(report);
    this.#sessions = new ActiveSessions(
      {
        registry: this.registry,
        store,
        fold: new Fold(reader, projections, policiesOf(options.onProjectionError), observe),
        committer: new Committer(store),
        openers: features.flatMap((feature) => feature.opened?.bind(feature) ?? []),
        observe,
        sessionMetadata,
        fanOut: (batch) => this.#fanouts.fanOut(batch),
        report,
      },
      keepIdle,
    );
  }

  /**
   * Runs a command's handler in a session. Resolves when the handler is done and its events are
   * durable. Its runs continue. Rejects with the handler's error.
   *
   * Under a key, the handler runs once. Later calls get the outcome of the first. While another
   * process works on the command, they get the last ordinal so far. A handler that failed before its
   * first durable event runs again. One that failed later has had its effect. With a key, the signal
   * ends the caller's wait, not the handler.
   * @throws UNKNOWN_NAME, NO_HANDLER, PAYLOAD_TYPE_MISMATCH, INVALID_PAYLOAD, INVALID_SESSION, CLOSED,
   * INVALID_OPTION, INVALID_KEY, or KEY_REUSED if the session has the key for other work.
   */
  async submit<D extends DescCommand>(
    sessionId: string,
    command: D,
    payload: PayloadInit<D["schema"]>,
    ...[options]: OptionsParameter<HubSubmitOptions>
  ): Promise<Submitted> {
    return submittedOf(await this.trySubmit(sessionId, command, payload, options));
  }

  /**
   * Submits a command like {@link submit}, but never rejects. It says whether the command was refused
   * before its handler's turn, or failed from then on. It is for transports: their clients may hear of
   * a refusal, but not of a failure inside.
   */
  trySubmit<D extends DescCommand>(
    sessionId: string,
    command: D,
    payload: PayloadInit<D["schema"]>,
    ...[options = {}]: OptionsParameter<HubSubmitOptions>
  ): Promise<SubmitOutcome> {
    return outcomeOf(async () => {
      const session = this.#use(sessionId);
      checkDescriptor("command", command);
      const registered = this.registry.command(command.name);
      return session.handle(registered, payload, options, this.#handlers.get(registered.name));
    });
  }

  /** Publishes several events, made with `of`, together: if one of them is refused, so are all. */
  publish(sessionId: string, events: readonly EventDraft[], options?: PublishOptions): Promise<Published>;
  /**
   * Publishes a backend event without a command. Resolves when the event is durable. Under a key, an
   * event that is delivered twice is stored once, with the ordinal of the first delivery.
   * @throws UNKNOWN_NAME, PAYLOAD_TYPE_MISMATCH, INVALID_PAYLOAD, INVALID_SESSION, CLOSED,
   * INVALID_KEY, KEY_REUSED, STORE_FAILED, or PROJECTION_FAILED if the UI policy is `fail`.
   */
  publish<D extends DescEvent>(
    sessionId: string,
    event: D,
    payload: PayloadInit<D["schema"]>,
    options?: PublishOptions,
  ): Promise<Published>;
  async publish(id: string, given: Publishable, second?: object, third?: PublishOptions): Promise<Published> {
    if (isList(given)) return this.#use(id).accept(given, undefined, (second as PublishOptions | undefined)?.key);
    checkDescriptor("event", given);
    return this.#use(id).accept(given, second, third?.key);
  }

  /** The session's durable timeline: as it is, or as it was after the event at the ordinal `asOf`. */
  async snapshot(sessionId: string, { asOf }: { readonly asOf?: bigint } = {}): Promise<Snapshot> {
    return this.#history.snapshot(sessionId, asOf);
  }

  /** The session's timeline in memory: live, and at least as new as the store is now. */
  async timeline(sessionId: string): Promise<TimelineView> {
    return this.#use(sessionId).timeline();
  }

  /**
   * What a client starts with: the snapshot, and the UI events of the events above it. There are such
   * events only while the timeline is stopped before a failed projection. A client that says what it
   * has gets the changes since then, or the snapshot and why it starts over.
   */
  hydrate(sessionId: string): Promise<FullHydration>;
  hydrate(sessionId: string, from: ResumePoint | undefined): Promise<Hydration>;
  async hydrate(sessionId: string, from?: ResumePoint): Promise<Hydration> {
    checkSessionId(sessionId);
    // What is published on opening comes as live UI events.
    if (this.#closing === undefined) this.#sessions.open(sessionId);
    return this.#history.hydrate(sessionId, from);
  }

  /**
   * The session's events in order, after upcasts: the events above `after`, at most `limit`.
   * @throws INVALID_RANGE, or PAYLOAD_TYPE_MISMATCH, INVALID_PAYLOAD or UPCAST_FAILED if an event
   * cannot be read.
   */
  events(sessionId: string, range: EventRange = {}): Promise<readonly BackendEvent[]> {
    return this.#history.events(sessionId, range);
  }

  /** The failures on record of the session's events, oldest first. */
  errors(sessionId: string): Promise<readonly StoredError[]> {
    return this.#history.errors(sessionId);
  }

  /**
   * The ids of stored sessions after `after`, at most `limit`, in an order that never changes.
   * @throws INVALID_RANGE or INVALID_SESSION.
   */
  sessions(range: SessionRange = {}): Promise<readonly string[]> {
    return this.#history.sessions(range);
  }

  /** Where the session stands. A session that nobody has used stands at 0. */
  async session(sessionId: string): Promise<SessionStatus> {
    return this.#use(sessionId).status();
  }

  /**
   * Projects the events that the timeline lacks since a projection failed. If a projection fails again
   * and the policy is `fail`, the timeline stops there, and `cursor` is below `ordinal`. Events that
   * are published in between wait.
   */
  async retry(sessionId: string): Promise<SessionStatus> {
    return this.#use(sessionId).retry();
  }

  /**
   * Folds the whole log again, for example after a projection has changed. Events keep coming in.
   * Readers see the old timeline until the new one replaces it in one commit. If a projection throws
   * and the policy is `fail`, this rejects, and the old timeline stays.
   */
  async rebuild(sessionId: string): Promise<SessionStatus> {
    return this.#use(sessionId).rebuild();
  }

  /** Resolves when no handler and no run of the session is active. */
  async waitIdle(sessionId: string): Promise<void> {
    await this.#sessions.get(sessionId)?.idle();
  }

  /** Gives the fan-out the UI events of all sessions from now on. Returns a function that ends this. */
  subscribe(fanout: Fanout): () => void {
    return this.#fanouts.add(fanout);
  }

  /** A typed client of one session within this process, for one who asks. */
  client<F extends DescFeature>(id: string, _feature: F, ...[by]: OptionsParameter<WithIdentity>): SessionClient<F> {
    checkSessionId(id);
    return new LocalSession<F>(id, this, by?.identity);
  }

  /**
   * Takes nothing new, waits until handlers and runs are done and their events are durable, then
   * closes the store. With `abort`, it first aborts their signals. A second call can abort what the
   * first call waits for.
   */
  close({ abort = false }: { readonly abort?: boolean } = {}): Promise<void> {
    if (abort) this.#sessions.abort(new SessionstreamError("CLOSED", "the hub is closing"));
    this.#closing ??= this.#sessions.settled().then(() => this.#store.close());
    return this.#closing;
  }

  #use(sessionId: string): ActiveSession {
    checkSessionId(sessionId);
    if (this.#closing !== undefined) throw new SessionstreamError("CLOSED", "the hub is closed", { sessionId });
    return this.#sessions.use(sessionId);
  }
}
