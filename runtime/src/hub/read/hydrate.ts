import type { SchemaRegistry } from "../../schema/registry.js";
import type { DeltaHydration, FullHydration, Hydration, ResetReason, ResumePoint } from "../../session/hydration.js";
import type { SessionInfo } from "../../session/session-info.js";
import type { TimelineStop } from "../../session/timeline-stop.js";
import { type UiBatch, uiBatchOf } from "../../session/ui-batch.js";
import { readLog } from "../../store/read-log.js";
import type { StoredEntity, StoredTimeline } from "../../store/stored.js";
import { snapshotOf } from "../../timeline/snapshot-of.js";
import { Timeline } from "../../timeline/timeline.js";
import { TrackedTimeline } from "../../timeline/tracked-timeline.js";
import { foldTail } from "../project/stored-fold.js";
import type { HistorySource } from "./history-source.js";

/** The whole; or, for a client that has the session up to a point, what changed since then where that is enough. */
export async function readHydration(
  source: HistorySource,
  sessionId: string,
  from: ResumePoint | undefined,
): Promise<Hydration> {
  if (from === undefined) return readAll(source, sessionId, "new");
  const { since, epoch } = from;
  if (since < 0n || epoch === "") return readAll(source, sessionId, "new");
  // One read, so that what is decided holds for what was read.
  const stored = await source.store.load(sessionId, { changedAfter: since < highest ? since : highest });
  if (stored === undefined || epochOf(source.registry, stored) !== epoch) return readAll(source, sessionId, "epoch");
  if (stored.ordinal < since) return readAll(source, sessionId, "ahead");
  const whole = stored.cursor < stored.ordinal ? await source.store.load(sessionId) : undefined;
  // Other entities were stored in between. Events that came in are in the tail.
  if (whole !== undefined && (whole.cursor !== stored.cursor || whole.epoch !== stored.epoch)) {
    return readHydration(source, sessionId, from);
  }
  const current = whole ?? stored;
  const timeline = new TrackedTimeline(source.registry, current.cursor, whole?.entities);
  const info: SessionInfo = { id: sessionId, metadata: current.metadata };
  const stop = await foldTail(source, info, current, timeline, []);
  if (stop !== undefined) return readAll(source, sessionId, "stalled");
  if (since === 0n) return readAll(source, sessionId, "new");
  const inTail = timeline.takeChanges().filter(({ lastEventOrdinal }) => lastEventOrdinal > since);
  const entities = lastOfEach([...stored.entities, ...inTail]);
  return deltaOf(source.registry, sessionId, { ...current, cursor: timeline.cursor, entities });
}

/** The whole, with the reason that the client is told. */
async function readAll(source: HistorySource, sessionId: string, reason: ResetReason): Promise<FullHydration> {
  const { store, registry, past } = source;
  const stored = await store.load(sessionId);
  const timeline = new Timeline(registry, stored?.cursor, stored?.entities);
  const missed: UiBatch[] = [];
  let stop: TimelineStop | undefined;
  if (stored !== undefined) {
    const info: SessionInfo = { id: sessionId, metadata: stored.metadata };
    stop = await foldTail(source, info, stored, timeline, []);
    if (stored.ordinal > timeline.cursor) {
      for await (const event of readLog(store, sessionId, timeline.cursor)) {
        const events = past.storedUiEvents(event, info, timeline.view);
        missed.push(uiBatchOf(sessionId, event, events));
      }
    }
  }
  const epoch = epochOf(registry, stored);
  return { mode: "reset", reason, epoch, snapshot: snapshotOf(sessionId, timeline), stop, missed };
}

/** The last state of each entity. */
function lastOfEach(states: readonly StoredEntity[]): StoredEntity[] {
  const last = new Map(states.map((entity) => [`${entity.kind}\n${entity.id}`, entity]));
  return [...last.values()];
}

function deltaOf(registry: SchemaRegistry, sessionId: string, stored: StoredTimeline): DeltaHydration {
  const { cursor, entities } = stored;
  const deleted = entities
    .filter(({ kind, payload }) => payload === undefined && registry.hasTimelineEntity(kind))
    .map(({ type: _type, payload: _payload, ...entity }) => entity);
  const changed = new Timeline(registry, cursor, entities).entities();
  return { mode: "delta", epoch: epochOf(registry, stored), sessionId, ordinal: cursor, changed, deleted };
}

/**
 * The epoch as clients are given it. It is another one where other kinds of
 * entities are registered: a delta says nothing of entities that did not change,
 * though they come or go with their kind.
 */
function epochOf(registry: SchemaRegistry, stored: StoredTimeline | undefined): string {
  if (stored === undefined || stored.epoch === "") return "";
  return `${stored.epoch}.${hashOf(registry.timelineEntityNames.join(" "))}`;
}

/** FNV-1a. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}

/** The highest ordinal that a store can be asked for; a client may have made up any. */
const highest = 2n ** 63n - 1n;
