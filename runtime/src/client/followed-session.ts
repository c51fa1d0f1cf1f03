import { SessionstreamError } from "../errors.js";
import type { LiveUiEvent } from "../hub/session-client.js";
import type { DescUiEvent } from "../schema/descriptors.js";
import type { SchemaRegistry } from "../schema/registry.js";
import { Timeline } from "../timeline/timeline.js";
import type { Backoff } from "./backoff.js";
import type { ClientFeature } from "./client-feature.js";
import type { ReadSnapshot, ReadUiEvent } from "./frame-reader.js";
import { Listeners } from "./listeners.js";

/** What a session needs of its client. */
export interface SessionHost {
  readonly registry: SchemaRegistry;
  /** Before a session is asked for again. */
  readonly backoff: Backoff;
  projectionOf(uiEvent: string): ClientFeature | undefined;
  /** Asks the server for the session, where it is connected. */
  subscribe(sessionId: string, since: bigint): void;
  report(error: unknown): void;
}

/**
 * What a client has of a session: the last snapshot and the UI events since,
 * folded. Where an event could not be folded, or the server could not give the
 * session, it is asked for again after a pause.
 */
export class FollowedSession {
  readonly sessionId: string;
  timeline: Timeline;
  isHydrated = false;
  /** Rises with each change. */
  version = 0;
  refusal: SessionstreamError | undefined;
  readonly watchers: Listeners<[]>;
  readonly #host: SessionHost;
  readonly #listeners = new Map<string, Listeners<[LiveUiEvent<DescUiEvent>]>>();
  #hydratedAt = 0n;
  /** Whether all events up to the timeline's cursor are folded. */
  #isWhole = true;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(sessionId: string, host: SessionHost) {
    this.sessionId = sessionId;
    this.#host = host;
    this.timeline = new Timeline(host.registry);
    this.watchers = new Listeners(host.report);
  }

  /** Asks for the session now. */
  subscribe(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#host.subscribe(this.sessionId, this.#isWhole ? this.timeline.cursor : 0n);
  }

  on(name: string, listener: (event: LiveUiEvent<DescUiEvent>) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Listeners(this.#host.report);
    this.#listeners.set(name, listeners);
    return listeners.add(listener);
  }

  /** A snapshot came in: what was there before is replaced. */
  hydrate({ ordinal, entities }: ReadSnapshot): void {
    this.timeline = new Timeline(this.#host.registry, ordinal, entities);
    this.#hydratedAt = ordinal;
    this.#isWhole = true;
    this.isHydrated = true;
    this.refusal = undefined;
    this.#changed();
  }

  /** A UI event came in. What the timeline has already is dropped. */
  receive({ ordinal, name, desc, payload }: ReadUiEvent): void {
    // An ordinal can have several UI events; a snapshot has all of them.
    if (!this.isHydrated || ordinal <= this.#hydratedAt || ordinal < this.timeline.cursor) return;
    if (desc === undefined) {
      this.timeline.apply([], ordinal);
      return;
    }
    if (payload === undefined) {
      this.#missed(ordinal);
      return;
    }
    const event: LiveUiEvent<DescUiEvent> = { name, payload, ordinal };
    this.#fold(event);
    this.#changed();
    this.#listeners.get(name)?.call(event);
  }

  /** The server said that it does not give the session. */
  refused(code: string, error: SessionstreamError): void {
    this.refusal = error;
    this.#changed();
    if (!finalCodes.has(code)) this.#subscribeLater();
  }

  /** Nobody is told of anything any more. */
  end(): void {
    clearTimeout(this.#timer);
    this.watchers.clear();
    for (const listeners of this.#listeners.values()) listeners.clear();
  }

  #fold(event: LiveUiEvent<DescUiEvent>): void {
    try {
      const changes = this.#host.projectionOf(event.name)?.project?.(event, this.timeline) ?? [];
      this.timeline.apply(changes, event.ordinal);
      this.timeline.dropChanges();
    } catch (thrown) {
      const { name, ordinal } = event;
      const message = `the client projection of "${name}" failed at ordinal ${ordinal}`;
      this.#host.report(
        new SessionstreamError("PROJECTION_FAILED", message, { sessionId: this.sessionId, name, ordinal }, thrown),
      );
      this.#missed(ordinal);
    }
  }

  #missed(ordinal: bigint): void {
    this.timeline.cursor = ordinal;
    this.#isWhole = false;
    this.#subscribeLater();
  }

  #subscribeLater(): void {
    this.#timer ??= setTimeout(() => this.subscribe(), this.#host.backoff.next());
  }

  #changed(): void {
    this.version++;
    this.watchers.call();
  }
}

/** To ask again on the same connection would not help. */
const finalCodes: ReadonlySet<string> = new Set(["forbidden", "too_many_subscriptions"]);
