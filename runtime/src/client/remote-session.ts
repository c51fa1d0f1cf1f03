import type { SessionstreamError } from "../base/errors.js";
import type { DescFeature } from "../schema/feature.js";
import { type PayloadInit, toPayload } from "../schema/payload.js";
import type { DescUiEvent } from "../schema/ui-event.js";
import type { LiveUiEvent, SessionClient, SubmitOptions, Submitted } from "../session/session-client.js";
import type { Snapshot } from "../timeline/snapshot.js";
import { snapshotOf } from "../timeline/snapshot-of.js";
import type { TimelineView } from "../timeline/view.js";
import type { HttpApi } from "./connect/http-api.js";
import type { SessionHydration } from "./replica/session-hydration.js";
import type { SessionReplica } from "./replica/session-replica.js";

/**
 * A session as a browser or another remote client sees it: its timeline, its live UI
 * events and its commands. The client projections of the features keep the timeline live.
 * `client.session(id)` makes one.
 */
export class RemoteSession<Feature extends DescFeature = DescFeature> implements SessionClient<Feature> {
  readonly sessionId: string;
  readonly #replica: SessionReplica;
  readonly #http: HttpApi;
  readonly #leave: () => void;

  constructor(replica: SessionReplica, http: HttpApi, leave: () => void) {
    this.sessionId = replica.sessionId;
    this.#replica = replica;
    this.#http = http;
    this.#leave = leave;
  }

  /** The timeline as far as it has arrived. To follow it, read this property again after each change. */
  get timeline(): TimelineView<Feature["timelineEntities"][number]> {
    return this.#replica.timeline;
  }

  /** The ordinal of the last event that the timeline contains. */
  get ordinal(): bigint {
    return this.#replica.timeline.cursor;
  }

  /** Whether a snapshot has arrived. It stays true while the connection is lost. */
  get isHydrated(): boolean {
    return this.#replica.isHydrated;
  }

  /**
   * How the last snapshot came: as a delta that was added to the timeline, or as a reset,
   * with the reason. Undefined before the first snapshot.
   */
  get hydration(): SessionHydration | undefined {
    return this.#replica.hydration;
  }

  /** Rises with each change. Compare two values to know whether something changed. */
  get version(): number {
    return this.#replica.version;
  }

  /** The error with which the server refused the session, such as a session that is forbidden. */
  get refusal(): SessionstreamError | undefined {
    return this.#replica.refusal;
  }

  /**
   * Submits a command. Resolves when the command is done and durable. The client sends the
   * command until the server answers. The server does it once: under `key`, or under a key
   * that the client makes. The signal ends only the wait, and the command may still be done.
   * @throws PAYLOAD_TYPE_MISMATCH, INVALID_PAYLOAD or INVALID_KEY before anything is sent,
   * the code that the server answers, or REQUEST_FAILED if the server cannot be reached for
   * `retryFor`.
   */
  async submit<D extends Feature["commands"][number]>(
    command: D,
    init: PayloadInit<D["schema"]>,
    options: SubmitOptions = {},
  ): Promise<Submitted> {
    const { sessionId } = this;
    const { name, schema } = command;
    const payload = toPayload(schema, init, `command "${name}"`, { sessionId, name });
    return this.#http.submit(sessionId, command, payload, options);
  }

  /**
   * Calls the listener for each live UI event of that name, after the timeline has changed.
   * Returns a function that ends this. Events that the client missed while the connection
   * was lost do not come as UI events. Their effects come with the snapshot.
   */
  on<D extends Feature["uiEvents"][number]>(uiEvent: D, listener: (event: LiveUiEvent<D>) => void): () => void {
    // Only events of that name come here, with the payload that the registry has for it.
    return this.#replica.on(uiEvent.name, listener as (event: LiveUiEvent<DescUiEvent>) => void);
  }

  /** Calls the watcher after each change. Returns a function that ends this. */
  watch(watcher: () => void): () => void {
    return this.#replica.watchers.add(watcher);
  }

  /**
   * Asks the server for the timeline as it is now.
   * @throws like {@link submit}.
   */
  async snapshot(): Promise<Snapshot<Feature["timelineEntities"][number]>> {
    const timeline = await this.#http.snapshot(this.sessionId);
    return snapshotOf(this.sessionId, timeline, timeline.entities());
  }

  /** Stops following the session, for everyone who uses this object. */
  close(): void {
    this.#leave();
  }
}
