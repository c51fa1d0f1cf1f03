import { SessionstreamError } from "../base/errors.js";
import type { DescCommand } from "../schema/command.js";
import type { DescEvent, EventDraft } from "../schema/event.js";
import type { DescFeature } from "../schema/feature.js";
import type { PayloadInit } from "../schema/payload.js";
import { SchemaRegistry } from "../schema/registry.js";
import type { DescRun, RunStart, RunStartOptions } from "../schema/run.js";
import type { FullHydration, Hydration, ResumePoint } from "../session/hydration.js";
import type { OptionsParameter, WithIdentity } from "../session/identity.js";
import type { SessionClient, Submitted } from "../session/session-client.js";
import { checkSessionId } from "../session/session-id.js";
import type { Fanout } from "../session/ui-batch.js";
import type { ErrorRange, EventRange, RunRange, SessionRange } from "../store/store.js";
import type { StoredError } from "../store/stored.js";
import type { Snapshot } from "../timeline/snapshot.js";
import type { TimelineView } from "../timeline/view.js";
import type { ExportOptions } from "../transfer/export-sessions.js";
import type { Imported } from "../transfer/import-sessions.js";
import { checkDescriptor, checkHubOptions } from "./check-options.js";
import type { BackendEvent } from "./feature/backend-event.js";
import type { Published, PublishOptions, StartedRun } from "./feature/command-context.js";
import type { RunInfo } from "./feature/run-info.js";
import { LocalSession } from "./local-session.js";
import type { HubOptions } from "./options.js";
import { type HubParts, partsOf } from "./parts.js";
import type { RebuildAllOptions, RebuiltAll } from "./rebuild-all.js";
import type { HubImportOptions } from "./transfer.js";
import type { ActiveSession } from "./write/active-session.js";
import type { CloseOptions } from "./write/closing.js";
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
  readonly registry: SchemaRegistry;
  readonly #parts: HubParts;

  /** @throws INVALID_OPTION, or DUPLICATE_NAME or INVALID_PAYLOAD if the features do not fit together. */
  constructor(options: HubOptions) {
    checkHubOptions(options);
    this.registry = new SchemaRegistry(options);
    this.#parts = partsOf(options, this.registry);
  }

  /**
   * Runs a command's handler in a session. Resolves when the handler is done and its events are
   * durable. Its background work and its runs continue. Rejects with the handler's error.
   *
   * Under a key, the handler runs once. Later calls get the outcome of the first, also while another
   * process works on the command. A handler that failed before its first durable event runs again.
   * One that failed later has had its effect. With a key, the signal ends the caller's wait, not the
   * handler.
   * @throws UNKNOWN_NAME, NO_HANDLER, PAYLOAD_TYPE_MISMATCH, INVALID_PAYLOAD, INVALID_SESSION, CLOSED,
   * INVALID_OPTION, INVALID_KEY, or KEY_REUSED if the session has the key for other work; REJECTED, a
   * RejectedError, if the handler rejects the command.
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
   * before its handler's turn, rejected by its handler, or failed from then on. It is for transports:
   * their clients may hear of a refusal and of a rejection, but not of a failure inside.
   */
  trySubmit<D extends DescCommand>(
    sessionId: string,
    command: D,
    payload: PayloadInit<D["schema"]>,
    ...[options = {}]: OptionsParameter<HubSubmitOptions>
  ): Promise<SubmitOutcome> {
    return outcomeOf(sessionId, command, async () => {
      const session = this.#use(sessionId);
      checkDescriptor("command", command);
      const registered = this.registry.command(command.name);
      return session.handle(registered, payload, options, this.#parts.handlers.get(registered.name));
    });
  }

  /**
   * Publishes several events, made with `of`, together, and the runs that start with them, made with
   * `start`: if one of them is refused, so are all.
   */
  publish(sessionId: string, given: readonly (EventDraft | RunStart)[], options?: PublishOptions): Promise<Published>;
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
    if (isList(given)) return this.#use(id).accept(given, undefined, second as PublishOptions | undefined);
    checkDescriptor("event", given);
    return this.#use(id).accept(given, second, third);
  }

  /** The session's durable timeline: as it is, or as it was after the event at the ordinal `asOf`. */
  async snapshot(sessionId: string, { asOf }: { readonly asOf?: bigint } = {}): Promise<Snapshot> {
    return this.#parts.history.snapshot(sessionId, asOf);
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
    await this.#parts.sessions.get(sessionId)?.followed();
    return this.#parts.history.hydrate(sessionId, from);
  }

  /**
   * The session's events in order, after upcasts: the events above `after`, at most `limit`.
   * @throws INVALID_RANGE, or PAYLOAD_TYPE_MISMATCH, INVALID_PAYLOAD or UPCAST_FAILED if an event
   * cannot be read.
   */
  events(sessionId: string, range: EventRange = {}): Promise<readonly BackendEvent[]> {
    return this.#parts.history.events(sessionId, range);
  }

  /**
   * The failures on record, in the order of their events: those of the events above `after`, of at most `limit` events.
   * What failed in the fold is on record until a retry or a rebuild folds its event, and a UI projection that failed until
   * a rebuild. To read on, give the ordinal of the last one.
   * @throws INVALID_RANGE or INVALID_SESSION.
   */
  errors(sessionId: string, range: ErrorRange = {}): Promise<readonly StoredError[]> {
    return this.#parts.history.errors(sessionId, range);
  }

  /**
   * The ids of stored sessions after `after`, at most `limit`, in an order that never changes.
   * @throws INVALID_RANGE or INVALID_SESSION.
   */
  sessions(range: SessionRange = {}): Promise<readonly string[]> {
    return this.#parts.history.sessions(range);
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
   * @throws SESSION_DELETED if the session is deleted meanwhile, or TIMELINE_NEWER if a program with a higher
   * `timeline_version` folded it.
   */
  async rebuild(sessionId: string): Promise<SessionStatus> {
    return this.#use(sessionId).rebuild();
  }

  /**
   * Clears fields of events in the log, for good, as if they had never been set: for example what a person wrote and
   * wants gone. The events stay, with their ordinals, and the whole log is folded again, so that the timeline does not
   * have the text any more, in no process. Clients start over. All is one commit.
   *
   * Fields are named as in the proto file, with paths as google.protobuf.FieldMask has them: `author.name` also means
   * the names of all authors where `author` is repeated or a map. They are fields of the message as it was stored.
   * At most 10,000 events.
   * @throws INVALID_OPTION, INVALID_RANGE for an ordinal without an event, UNKNOWN_FIELD, UNKNOWN_NAME where the schema of
   * an event is not known or the program does not know an event of the log, INVALID_PAYLOAD, SESSION_DELETED, or
   * PROJECTION_FAILED if a projection could not do without the fields: then nothing is changed.
   *
   * @example
   * ```ts
   * await hub.redact("session-1", [3n, 7n], ["prompt"]);
   * ```
   */
  async redact(sessionId: string, ordinals: readonly bigint[], fields: readonly string[]): Promise<SessionStatus> {
    return this.#use(sessionId).redact({ ordinals, fields });
  }

  /**
   * Folds all sessions again that were folded under another schema of their timeline or a lower `timeline_version`, ahead
   * of the time at which each is loaded, which would do the same. One after the other, so that memory is bounded, each
   * in one commit: what is done stays done if this ends before all are. A session whose projection fails stops there, as
   * it would on load. A dry run writes nothing, and reports what would be other.
   * @throws INVALID_OPTION, CLOSED if the hub is closed meanwhile, STORE_FAILED, or the reason of the signal.
   *
   * @example
   * ```ts
   * await hub.rebuildAll({ onProgress: ({ done, rebuilt }) => console.log(`${done} sessions, ${rebuilt} rebuilt`) });
   * ```
   */
  async rebuildAll(options?: RebuildAllOptions): Promise<RebuiltAll> {
    return this.#parts.rebuildAll(options);
  }

  /**
   * Deletes a session: its events, timeline, errors, keys and runs. What is going on for it in this
   * process, and soon in others, is aborted with SESSION_DELETED, and what that still publishes is
   * refused with it. Clients start over with nothing, for the reason `deleted`. Another session may
   * begin under the id. Resolves when this is durable, to whether there was such a session.
   * @throws INVALID_SESSION, CLOSED, or STORE_FAILED: then call it again, as the session may be gone or not.
   */
  async delete(sessionId: string): Promise<boolean> {
    return this.#use(sessionId).delete();
  }

  /**
   * Exports sessions, or all, as a file in chunks: each session as it is at one instant, with its events, errors,
   * keys and runs, without entities, which follow from the events. Others write meanwhile.
   * @throws INVALID_OPTION, CLOSED, STORE_FAILED.
   *
   * @example
   * ```ts
   * await pipeline(hub.export({ prefix: "tenant-7/" }), createWriteStream("tenant-7.export"));
   * ```
   */
  export(options?: ExportOptions): AsyncGenerator<Uint8Array> {
    return this.#parts.transfer.export(options);
  }

  /**
   * Imports the sessions of a file that `export` made, one after the other, each whole or not at all. All is checked
   * on the way, also against the schema of this program where it knows the name of an event. For clients, it is another
   * session than the one that was exported. Its runs have no owner: whoever has room goes on with them.
   * @throws INVALID_EXPORT, SESSION_EXISTS without `replace`, INVALID_OPTION, CLOSED, STORE_FAILED: the sessions before stay.
   */
  import(source: AsyncIterable<Uint8Array>, options?: HubImportOptions): Promise<Imported> {
    return this.#parts.transfer.import(source, options);
  }

  /** Starts a run without a command. Resolves when that is durable. */
  async start<D extends DescRun>(
    sessionId: string,
    run: D,
    input: PayloadInit<D["schema"]>,
    options?: RunStartOptions,
  ): Promise<StartedRun> {
    checkDescriptor("run", run);
    const start = run.start(input, options);
    await this.#use(sessionId).accept([start], undefined, undefined);
    return { id: start.id };
  }

  /**
   * The runs of a session, in the order in which they were started: those that have not ended, and
   * those that ended and that the store still has.
   * @throws INVALID_RANGE or INVALID_SESSION.
   */
  runs(sessionId: string, range: RunRange = {}): Promise<readonly RunInfo[]> {
    return this.#parts.history.runs(sessionId, range);
  }

  /**
   * Cancels a run, whichever process works on it, and the runs that it started, unless they are
   * detached. Resolves when that is durable, to whether the run was going on.
   * @throws UNKNOWN_NAME if this program does not know such a run, TIMELINE_STALLED, SESSION_DELETED, STORE_FAILED.
   */
  async cancelRun(sessionId: string, id: string, reason?: string): Promise<boolean> {
    return this.#use(sessionId).cancelRun(id, reason);
  }

  /**
   * Resolves when no handler, no background work and no run of the session is active in this process.
   * Runs that wait do not count.
   */
  async waitIdle(sessionId: string): Promise<void> {
    const { sessions, runner } = this.#parts;
    // What a handler started may begin to work before it is looked at again.
    do {
      await sessions.get(sessionId)?.idle();
      await runner.idle(sessionId);
    } while (sessions.get(sessionId)?.hasWork === true);
  }

  /**
   * Gives the fan-out the UI events of the sessions that are in use in this process, from now
   * on. Returns a function that ends this.
   */
  subscribe(fanout: Fanout): () => void {
    return this.#parts.fanouts.add(fanout);
  }

  /**
   * Gives the fan-out the UI events of one session from now on, whichever process of those
   * that share the store publishes them. Returns a function that ends this.
   * @throws INVALID_SESSION, or STORE_FAILED if the store cannot be watched.
   */
  follow(sessionId: string, fanout: Fanout): () => void {
    checkSessionId(sessionId);
    // A hub that is closing fans out what is under way.
    return !this.#parts.closing.hasBegun
      ? this.#parts.followed.follow(sessionId, fanout)
      : this.#parts.fanouts.add(fanout, sessionId);
  }

  /** A typed client of one session within this process, for one who asks. */
  client<F extends DescFeature>(id: string, _feature: F, ...[by]: OptionsParameter<WithIdentity>): SessionClient<F> {
    checkSessionId(id);
    return new LocalSession<F>(id, this, by?.identity);
  }

  /**
   * Takes nothing new, gives up all runs, waits until handlers and background work are done and
   * their events are durable, then closes the store. With `abort`, it first aborts their signals, and
   * leaves those that go on when the grace time is over, as it does in any case with the functions of
   * runs: `onError` hears of each, and what it still publishes is refused with CLOSED. A second call
   * can abort what the first call waits for.
   * @throws INVALID_OPTION.
   */
  close(options: CloseOptions = {}): Promise<void> {
    return this.#parts.closing.close(options);
  }

  #use(sessionId: string): ActiveSession {
    checkSessionId(sessionId);
    if (this.#parts.closing.hasBegun) throw new SessionstreamError("CLOSED", "the hub is closed", { sessionId });
    return this.#parts.sessions.use(sessionId);
  }
}
