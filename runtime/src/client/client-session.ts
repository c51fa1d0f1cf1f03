import { create } from "@bufbuild/protobuf";
import { anyUnpackTo } from "@bufbuild/protobuf/wkt";
import type { SnapshotFrame, UiEventFrame } from "@sessionstream/proto/sessionstream/v1/transport_pb.js";
import type { LiveUiEvent, SessionClient, Submitted } from "../hub/session-client.js";
import { snapshotOf } from "../hub/snapshot-of.js";
import type { DescFeature, DescUiEvent } from "../schema/descriptors.js";
import { type PayloadInit, toPayload } from "../schema/payload.js";
import type { SchemaRegistry } from "../schema/registry.js";
import type { Snapshot } from "../timeline/snapshot.js";
import { Timeline } from "../timeline/timeline.js";
import type { TimelineView } from "../timeline/view.js";
import type { ClientFeature } from "./client-feature.js";
import type { HttpApi } from "./http-api.js";

/** What a session needs of its client. */
export interface SessionHost {
  readonly registry: SchemaRegistry;
  readonly http: HttpApi;
  projectionOf(uiEvent: string): ClientFeature | undefined;
  report(error: unknown): void;
  leave(session: ClientSession<DescFeature>): void;
}

/**
 * A session as a browser or another remote client sees it: its timeline, kept
 * live by the client projections of its features, its UI events as they come,
 * and its commands.
 */
export class ClientSession<Feature extends DescFeature = DescFeature> implements SessionClient<Feature> {
  readonly sessionId: string;
  readonly #host: SessionHost;
  #timeline: Timeline;
  #isHydrated = false;
  #version = 0;
  readonly #listeners = new Map<string, Set<(event: LiveUiEvent<DescUiEvent>) => void>>();
  readonly #watchers = new Set<() => void>();

  constructor(sessionId: string, host: SessionHost) {
    this.sessionId = sessionId;
    this.#host = host;
    this.#timeline = new Timeline(host.registry);
  }

  /** The timeline as far as it has come in. Reading it anew after each change is how to follow it. */
  get timeline(): TimelineView<Feature["timelineEntities"][number]> {
    return this.#timeline;
  }

  /** The ordinal that the timeline has come to. */
  get ordinal(): bigint {
    return this.#timeline.cursor;
  }

  /** Whether a snapshot has come in. It stays true while the connection is lost. */
  get isHydrated(): boolean {
    return this.#isHydrated;
  }

  /** Rises with each change, so that one can tell whether there was one. */
  get version(): number {
    return this.#version;
  }

  submit<D extends Feature["commands"][number]>(command: D, init: PayloadInit<D["schema"]>): Promise<Submitted> {
    const { name, schema } = command;
    try {
      const payload = toPayload(schema, init, `command "${name}"`, { sessionId: this.sessionId, name });
      return this.#host.http.submit(this.sessionId, command, payload);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  on<D extends Feature["uiEvents"][number]>(uiEvent: D, listener: (event: LiveUiEvent<D>) => void): () => void {
    const listeners = this.#listeners.get(uiEvent.name) ?? new Set();
    this.#listeners.set(uiEvent.name, listeners);
    // Only events of that name come to this set, with the payload that the registry has for it.
    const typed = listener as (event: LiveUiEvent<DescUiEvent>) => void;
    listeners.add(typed);
    return () => listeners.delete(typed);
  }

  /** Calls the watcher after each change of the timeline; returns what ends it. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  async snapshot(): Promise<Snapshot<Feature["timelineEntities"][number]>> {
    return snapshotOf(this.sessionId, this.#read(await this.#host.http.snapshot(this.sessionId)));
  }

  /** Follows the session no more. */
  close(): void {
    this.#host.leave(this);
    this.#listeners.clear();
    this.#watchers.clear();
  }

  /** A snapshot came in: what was there before is replaced. */
  hydrate(frame: SnapshotFrame): void {
    this.#timeline = this.#read(frame);
    this.#isHydrated = true;
    this.#changed();
  }

  /** A UI event came in. What the snapshot contains already is dropped. */
  receive(frame: UiEventFrame, hydratedAt: bigint): void {
    const { eventOrdinal: ordinal, name } = frame;
    if (!this.#isHydrated || ordinal <= hydratedAt) return;
    const { schema } = this.#host.registry.uiEvent(name);
    const payload = create(schema);
    if (frame.payload === undefined || anyUnpackTo(frame.payload, schema, payload) === undefined) {
      throw new Error(`UI event "${name}" at ordinal ${ordinal} carries no ${schema.typeName}`);
    }
    const event: LiveUiEvent<DescUiEvent> = { name, payload, ordinal };
    const changes = this.#host.projectionOf(name)?.project?.(event, this.#timeline) ?? [];
    this.#timeline.apply(changes, ordinal);
    this.#changed();
    for (const listener of [...(this.#listeners.get(name) ?? [])]) this.#call(() => listener(event));
  }

  #read({ snapshotOrdinal, entities }: SnapshotFrame): Timeline {
    const stored = entities.map(({ kind, id, createdOrdinal, lastEventOrdinal, tombstone, payload }) => ({
      kind,
      id,
      createdOrdinal,
      lastEventOrdinal,
      type: payload?.typeUrl ?? "",
      payload: tombstone ? undefined : (payload?.value ?? new Uint8Array()),
    }));
    return new Timeline(this.#host.registry, snapshotOrdinal, stored);
  }

  #changed(): void {
    this.#version++;
    for (const watcher of [...this.#watchers]) this.#call(watcher);
  }

  #call(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.#host.report(error);
    }
  }
}
