import type { SchemaRegistry } from "../../schema/registry.js";
import type { Hydration, ResumePoint } from "../../session/hydration.js";
import { checkSessionId } from "../../session/session-id.js";
import type { SessionInfo } from "../../session/session-info.js";
import { readLog } from "../../store/read-log.js";
import type { EventRange, SessionRange, Store, StoredError } from "../../store/store.js";
import type { Snapshot } from "../../timeline/snapshot.js";
import { snapshotOf } from "../../timeline/snapshot-of.js";
import { Timeline } from "../../timeline/timeline.js";
import type { BackendEvent } from "../feature/backend-event.js";
import type { EventReader } from "../project/event-reader.js";
import type { FeatureProjections } from "../project/feature-projections.js";
import { Fold } from "../project/fold.js";
import { readHydration } from "./hydrate.js";
import { checkEventRange, checkSessionRange } from "./ranges.js";

/** What is stored of sessions, as the schema and the projections of today have it. */
export class History {
  readonly #registry: SchemaRegistry;
  readonly #store: Store;
  readonly #reader: EventReader;
  /** For events of the log: one whose projection fails has no effect on what is read of the past. */
  readonly #past: Fold;

  constructor(registry: SchemaRegistry, store: Store, reader: EventReader, projections: FeatureProjections) {
    this.#registry = registry;
    this.#store = store;
    this.#reader = reader;
    this.#past = new Fold(reader, projections, { ui: "advance", timeline: "advance" }, undefined);
  }

  /** The timeline as it is, or as it was after the event at the ordinal `asOf`. */
  async snapshot(sessionId: string, asOf: bigint | undefined): Promise<Snapshot> {
    checkSessionId(sessionId);
    const stored = await this.#store.load(sessionId);
    if (stored === undefined) return snapshotOf(sessionId, new Timeline(this.#registry));
    if (asOf === undefined || asOf >= stored.cursor) {
      return snapshotOf(sessionId, new Timeline(this.#registry, stored.cursor, stored.entities));
    }
    const timeline = new Timeline(this.#registry);
    const info: SessionInfo = { id: sessionId, metadata: stored.metadata };
    for await (const event of readLog(this.#store, sessionId, 0n)) {
      if (event.ordinal > asOf) break;
      this.#past.applyStored(event, info, timeline, []);
    }
    return snapshotOf(sessionId, timeline);
  }

  /** What a client begins or goes on with. */
  hydrate(sessionId: string, from: ResumePoint | undefined): Promise<Hydration> {
    checkSessionId(sessionId);
    return readHydration({ store: this.#store, registry: this.#registry, past: this.#past }, sessionId, from);
  }

  /** The events in order, as they are after upcasts. */
  async events(sessionId: string, range: EventRange): Promise<readonly BackendEvent[]> {
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

  /** The ids of the sessions that are stored, a page at a time. */
  async sessions(range: SessionRange): Promise<readonly string[]> {
    checkSessionRange(range);
    return this.#store.sessions(range);
  }
}
