import type { Hydration, ResumePoint } from "../../session/hydration.js";
import { checkSessionId } from "../../session/session-id.js";
import type { SessionInfo } from "../../session/session-info.js";
import type { ErrorRange, EventRange, RunRange, SessionRange } from "../../store/store.js";
import type { StoredError } from "../../store/stored.js";
import type { Snapshot } from "../../timeline/snapshot.js";
import { snapshotOf } from "../../timeline/snapshot-of.js";
import type { BackendEvent } from "../feature/backend-event.js";
import { type RunInfo, runInfoOf } from "../feature/run-info.js";
import type { HistorySource } from "./history-source.js";
import { readHydration } from "./hydrate.js";
import { readPast } from "./past.js";
import { checkEventRange, checkRunRange, checkSessionRange } from "./ranges.js";

/** What is stored of sessions, as the schema and the projections of today have it. */
export class History {
  readonly #source: HistorySource;

  constructor(source: HistorySource) {
    this.#source = source;
  }

  /** The timeline as it is, or as it was after the event at the ordinal `asOf`. */
  async snapshot(sessionId: string, asOf: bigint | undefined): Promise<Snapshot> {
    checkSessionId(sessionId);
    const image = await this.#source.image(sessionId);
    const { timeline, stop } = image;
    const isPast = asOf !== undefined && (asOf < timeline.cursor || stop?.reason === "unknown");
    return isPast ? readPast(this.#source, image, asOf) : snapshotOf(sessionId, timeline, await timeline.entities());
  }

  /** What a client begins or goes on with. */
  hydrate(sessionId: string, from: ResumePoint | undefined): Promise<Hydration> {
    checkSessionId(sessionId);
    return readHydration(this.#source, sessionId, from);
  }

  /** The events in order, as they are after upcasts. */
  async events(sessionId: string, range: EventRange): Promise<readonly BackendEvent[]> {
    checkSessionId(sessionId);
    checkEventRange(range);
    const { store, reader, registry } = this.#source;
    const stored = await store.session(sessionId);
    if (stored === undefined) return [];
    const info: SessionInfo = registry.freeze({ id: sessionId, metadata: stored.metadata });
    const events = await store.events(sessionId, range);
    return events.map((event) => reader.read(info, event));
  }

  /** The failures on record of the session's events, in their order, a page at a time. */
  async errors(sessionId: string, range: ErrorRange): Promise<readonly StoredError[]> {
    checkSessionId(sessionId);
    checkEventRange(range);
    return this.#source.store.errors(sessionId, range);
  }

  /** The ids of the sessions that are stored, a page at a time. */
  async sessions(range: SessionRange): Promise<readonly string[]> {
    checkSessionRange(range);
    return this.#source.store.sessions(range);
  }

  /** The runs of the session, a page at a time. */
  async runs(sessionId: string, range: RunRange): Promise<readonly RunInfo[]> {
    checkSessionId(sessionId);
    checkRunRange(range);
    const { store, registry } = this.#source;
    return (await store.runs(sessionId, range)).map((run) => runInfoOf(registry, run));
  }
}
