import { SessionstreamError } from "../../base/errors.js";
import type { FeatureRegistry } from "../../schema/feature-registry.js";
import { howToMend } from "../../schema/freeze.js";
import type { DescUiEvent } from "../../schema/ui-event.js";
import type { ResumePoint } from "../../session/hydration.js";
import type { LiveUiEvent } from "../../session/session-client.js";
import { Timeline } from "../../timeline/timeline.js";
import type { ClientFeature } from "./client-feature.js";
import type { ReadPage, ReadSnapshot, ReadUiEvent } from "./frame-reader.js";
import { Listeners } from "./listeners.js";
import { OwnChanges } from "./own-changes.js";
import { PageCollector } from "./page-collector.js";
import type { SessionHydration } from "./session-hydration.js";

/** What a session needs of its client. */
export interface ReplicaHost {
  readonly registry: FeatureRegistry;
  /** The pause in milliseconds before a session is asked for again: each time a longer one. */
  nextPause(): number;
  projectionOf(uiEvent: string): ClientFeature | undefined;
  /** Asks the server for the session, where it is connected. */
  subscribe(wanted: WantedSession): void;
  report(error: unknown): void;
}

/** A session that is asked for, and what is here of it. */
export interface WantedSession {
  readonly sessionId: string;
  /** All up to this ordinal is here; 0 for nothing. */
  readonly ordinal: bigint;
  /** What a delta can go on from, whatever was folded since. */
  readonly base: ResumePoint;
}

/**
 * What a client has of a session: the last snapshot or delta and the UI events
 * since, folded. Where an event could not be folded, or the server could not
 * give the session, it is asked for again after a pause.
 */
export class SessionReplica {
  readonly sessionId: string;
  timeline: Timeline;
  /** Undefined before the first. */
  hydration: SessionHydration | undefined;
  /** Rises with each change. */
  version = 0;
  refusal: SessionstreamError | undefined;
  readonly watchers: Listeners<[]>;
  readonly #host: ReplicaHost;
  readonly #listeners = new Map<string, Listeners<[LiveUiEvent<DescUiEvent>]>>();
  readonly #pages = new PageCollector();
  readonly #ownChanges = new OwnChanges();
  /** The last snapshot or delta, if what came after it can be added to what is here. */
  #base = nothing;
  #hydratedAt = 0n;
  /** Whether all events up to the timeline's cursor are folded. */
  #isWhole = true;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(sessionId: string, host: ReplicaHost) {
    this.sessionId = sessionId;
    this.#host = host;
    this.timeline = new Timeline(host.registry);
    this.watchers = new Listeners(host.report);
  }

  get isHydrated(): boolean {
    return this.hydration !== undefined;
  }

  /** Asks for the session now. */
  subscribe(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const ordinal = this.#isWhole ? this.timeline.cursor : 0n;
    this.#host.subscribe({ sessionId: this.sessionId, ordinal, base: this.#base });
  }

  on(name: string, listener: (event: LiveUiEvent<DescUiEvent>) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Listeners(this.#host.report);
    this.#listeners.set(name, listeners);
    return listeners.add(listener);
  }

  /** A snapshot or delta came in, or a part of one, which waits for the rest. */
  hydrate(page: ReadPage): void {
    let whole: ReadSnapshot | undefined;
    try {
      whole = this.#pages.add(page);
    } catch (error) {
      this.#startOver(error);
      return;
    }
    if (whole?.mode === "reset") this.#replace(whole);
    else if (whole?.mode === "delta") this.#merge(whole);
  }

  /** A UI event came in. What the timeline has already is dropped. */
  receive({ ordinal, known, name, desc, payload }: ReadUiEvent): void {
    // An ordinal can have several UI events; a snapshot has all of them.
    if (this.hydration === undefined || ordinal <= this.#hydratedAt || ordinal < this.timeline.cursor) return;
    if (desc === undefined) {
      this.timeline.apply([], ordinal);
      this.#changed();
      return;
    }
    if (payload === undefined) {
      this.#missed(ordinal);
      this.#changed();
      return;
    }
    const event: LiveUiEvent<DescUiEvent> = { name, payload, ordinal, ...known };
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

  #replace(snapshot: ReadSnapshot): void {
    this.timeline = new Timeline(this.#host.registry, snapshot.ordinal, snapshot.entities);
    this.#ownChanges.clear();
    this.#hydrated(snapshot);
    this.#changed();
  }

  #merge(delta: ReadSnapshot): void {
    const { ordinal, epoch, entities } = delta;
    const { sessionId } = this;
    if (this.#base.epoch === "" || this.#base.epoch !== epoch || ordinal < this.#base.since) {
      this.#startOver(
        new Error(`the server sent a delta of session "${sessionId}" that cannot be added to what is here`),
      );
      return;
    }
    this.timeline.merge(entities, ordinal);
    const others = this.#ownChanges.takeOthers(entities);
    this.#hydrated(delta);
    if (others.length > 0) {
      const some = others.slice(0, 3).join(", ");
      const message = `client projections changed what the server's left alone in session "${sessionId}": ${some}`;
      this.#startOver(new SessionstreamError("INVALID_PROJECTION", message, { sessionId, ordinal }));
    }
    this.#changed();
  }

  #hydrated({ ordinal, epoch, mode, reason, stop }: ReadSnapshot): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#hydratedAt = ordinal;
    this.#base = { since: ordinal, epoch };
    this.#isWhole = true;
    this.hydration = { mode, reason, stop };
    this.refusal = undefined;
  }

  /** What is here is not to be relied on: asks for the whole. */
  #startOver(error: unknown): void {
    this.#host.report(error);
    this.#base = nothing;
    this.#subscribeLater();
  }

  #fold(event: LiveUiEvent<DescUiEvent>): void {
    try {
      const changes = this.#host.projectionOf(event.name)?.project?.(event, this.timeline) ?? [];
      // Without an epoch, no delta will follow.
      if (this.#base.epoch !== "") this.#ownChanges.note(changes, this.timeline);
      this.timeline.apply(changes, event.ordinal);
    } catch (thrown) {
      const { name, ordinal } = event;
      const why = howToMend(thrown, "client projections");
      const message = `the client projection of "${name}" failed at ordinal ${ordinal}${why}`;
      this.#host.report(
        new SessionstreamError("PROJECTION_FAILED", message, {
          sessionId: this.sessionId,
          name,
          ordinal,
          cause: thrown,
        }),
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
    this.#timer ??= setTimeout(() => this.subscribe(), this.#host.nextPause());
  }

  #changed(): void {
    this.version++;
    this.watchers.call();
  }
}

const nothing: ResumePoint = { since: 0n, epoch: "" };

/** To ask again on the same connection would not help. */
const finalCodes: ReadonlySet<string> = new Set(["forbidden", "too_many_subscriptions"]);
