import type { SchemaRegistry } from "../../schema/registry.js";
import type { DeltaHydration, FullHydration, Hydration, ResetReason, ResumePoint } from "../../session/hydration.js";
import type { SessionInfo } from "../../session/session-info.js";
import type { UiBatch } from "../../session/ui-batch.js";
import { readLog } from "../../store/read-log.js";
import type { Store, StoredTimeline } from "../../store/store.js";
import { snapshotOf } from "../../timeline/snapshot-of.js";
import { Timeline } from "../../timeline/timeline.js";
import type { Fold } from "../project/fold.js";

/** Where hydrations are read from. */
export interface HydrationSource {
  readonly store: Store;
  readonly registry: SchemaRegistry;
  /** For the UI events that the timeline lacks. */
  readonly past: Fold;
}

/** The whole; or, for a client that has the session up to a point, what changed since then where that is enough. */
export async function readHydration(
  source: HydrationSource,
  sessionId: string,
  from: ResumePoint | undefined,
): Promise<Hydration> {
  if (from === undefined) return readAll(source, sessionId, "new");
  const { since, epoch } = from;
  if (since < 0n || epoch === "") return readAll(source, sessionId, "new");
  // One read, so that what is decided holds for what was read.
  const stored = await source.store.load(sessionId, { changedAfter: since < highest ? since : highest });
  if (stored === undefined || epochOf(source.registry, stored) !== epoch) return readAll(source, sessionId, "epoch");
  if (stored.cursor < since) return readAll(source, sessionId, "ahead");
  if (stored.cursor < stored.ordinal) return readAll(source, sessionId, "stalled");
  if (since === 0n) return readAll(source, sessionId, "new");
  return deltaOf(source.registry, sessionId, stored);
}

/** The whole, with the reason that the client is told. */
async function readAll(
  { store, registry, past }: HydrationSource,
  sessionId: string,
  reason: ResetReason,
): Promise<FullHydration> {
  const stored = await store.load(sessionId);
  const timeline = new Timeline(registry, stored?.cursor, stored?.entities);
  const missed: UiBatch[] = [];
  if (stored !== undefined && stored.ordinal > stored.cursor) {
    const info: SessionInfo = { id: sessionId, metadata: stored.metadata };
    for await (const event of readLog(store, sessionId, stored.cursor)) {
      const { ordinal, time } = event;
      const events = past.storedUiEvents(event, info, timeline.view);
      missed.push({ sessionId, ordinal, time, events, isReset: false });
    }
  }
  const epoch = epochOf(registry, stored);
  return { mode: "reset", reason, epoch, snapshot: snapshotOf(sessionId, timeline), missed };
}

function deltaOf(registry: SchemaRegistry, sessionId: string, stored: StoredTimeline): DeltaHydration {
  const { cursor, entities } = stored;
  const deleted = entities
    .filter(({ kind, payload }) => payload === undefined && registry.hasTimelineEntity(kind))
    .map(({ kind, id, createdOrdinal, lastEventOrdinal }) => ({ kind, id, createdOrdinal, lastEventOrdinal }));
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
