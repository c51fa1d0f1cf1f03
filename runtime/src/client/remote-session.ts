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
 * A session as a browser or another remote client sees it: its timeline, kept
 * live by the client projections of its features, its UI events as they come,
 * and its commands. A `Client` makes one.
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

  /** The timeline as far as it has come in. Reading it anew after each change is how to follow it. */
  get timeline(): TimelineView<Feature["timelineEntities"][number]> {
    return this.#replica.timeline;
  }

  /** The ordinal that the timeline has come to. */
  get ordinal(): bigint {
    return this.#replica.timeline.cursor;
  }

  /** Whether a snapshot has come in. It stays true while the connection is lost. */
  get isHydrated(): boolean {
    return this.#replica.isHydrated;
  }

  /**
   * How the last snapshot came: whether what was missed was added to what was
   * there, or all began anew, and why. Undefined before the first.
   */
  get hydration(): SessionHydration | undefined {
    return this.#replica.hydration;
  }

  /** Rises with each change, so that one can tell whether there was one. */
  get version(): number {
    return this.#replica.version;
  }

  /** What the server said when it did not give the session, for instance because it is forbidden. */
  get refusal(): SessionstreamError | undefined {
    return this.#replica.refusal;
  }

  /**
   * Resolves when the command is done and durable. It is done once, however often
   * it has to be sent until the server answers: under `key`, or under one of its
   * own. Rejects with the code that the server gave, with REQUEST_FAILED where it
   * cannot be reached for `retryFor`, or with PAYLOAD_TYPE_MISMATCH,
   * INVALID_PAYLOAD or INVALID_KEY before anything is sent. To abort the signal
   * ends the wait; the command may be done all the same.
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
   * Calls the listener for each live UI event of that name, after the timeline
   * has it; returns what ends it. What happened while the connection was lost
   * comes with the snapshot, not as UI events.
   */
  on<D extends Feature["uiEvents"][number]>(uiEvent: D, listener: (event: LiveUiEvent<D>) => void): () => void {
    // Only events of that name come here, with the payload that the registry has for it.
    return this.#replica.on(uiEvent.name, listener as (event: LiveUiEvent<DescUiEvent>) => void);
  }

  /** Calls the watcher after each change; returns what ends it. */
  watch(watcher: () => void): () => void {
    return this.#replica.watchers.add(watcher);
  }

  /** Asks the server for the timeline as it is now. Rejects like `submit`. */
  async snapshot(): Promise<Snapshot<Feature["timelineEntities"][number]>> {
    return snapshotOf(this.sessionId, await this.#http.snapshot(this.sessionId));
  }

  /** Follows the session no more, for all who were given it. */
  close(): void {
    this.#leave();
  }
}
