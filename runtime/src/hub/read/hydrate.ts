import type { SchemaRegistry } from "../../schema/registry.js";
import type { SessionInfo } from "../../session/session-info.js";
import { readLog } from "../../store/read-log.js";
import type { LoadedSession, Store } from "../../store/store.js";
import type { Snapshot, TimelineEntity } from "../../timeline/snapshot.js";
import { snapshotOf } from "../../timeline/snapshot-of.js";
import { Timeline } from "../../timeline/timeline.js";
import type { UiBatch } from "../options.js";
import type { Projection } from "../project/fold.js";

/** What a client has of a session already. */
export interface ResumePoint {
  /** The ordinal of the last snapshot or delta that it took; 0 for none, or for one of nothing. */
  readonly since: bigint;
  /** The epoch of that snapshot or delta; "" for none. */
  readonly epoch: string;
}

/**
 * Why a client begins anew. `new`: it has no snapshot. `epoch`: the timeline was
 * repaired, is of another history, or has other kinds of entities. `ahead`: the
 * client's ordinal is above the session's, as with an older copy of the store.
 * `stalled`: the timeline stands before an event whose projection failed.
 */
export type ResetReason = "new" | "epoch" | "ahead" | "stalled";

/** The whole timeline, for a client that begins or begins anew. */
export interface FullHydration {
  readonly mode: "reset";
  readonly reason: ResetReason;
  /** Which history of the timeline it is; "" where nothing was stored yet. */
  readonly epoch: string;
  readonly snapshot: Snapshot;
  /** The UI events of the events that the snapshot's timeline lacks, in order. */
  readonly missed: readonly UiBatch[];
}

/** What changed since the client was hydrated last: of each entity the last state. */
export interface DeltaHydration {
  readonly mode: "delta";
  /** Which history of the timeline it is: that which the client has. */
  readonly epoch: string;
  readonly sessionId: string;
  /** The ordinal that the client's timeline comes to. */
  readonly ordinal: bigint;
  /** Ordered by created ordinal, last event ordinal, kind and id. */
  readonly changed: readonly TimelineEntity[];
  readonly deleted: readonly DeletedEntity[];
}

/** An entity that is no more. */
export type DeletedEntity = Omit<TimelineEntity, "payload">;

/** What a client begins or goes on with. */
export type Hydration = FullHydration | DeltaHydration;

/** Where hydrations are read from. */
export interface HydrationSource {
  readonly store: Store;
  readonly registry: SchemaRegistry;
  /** For the UI events that the timeline lacks. */
  readonly past: Projection;
}

/** The whole, or where it is enough, what changed since then. */
export async function readHydration(
  source: HydrationSource,
  sessionId: string,
  { since, epoch }: ResumePoint,
): Promise<Hydration> {
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
export async function readAll(
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
      const { ordinal } = event;
      missed.push({ sessionId, ordinal, events: past.storedUi(event, info, timeline.view), isReset: false });
    }
  }
  const epoch = epochOf(registry, stored);
  return { mode: "reset", reason, epoch, snapshot: snapshotOf(sessionId, timeline), missed };
}

function deltaOf(registry: SchemaRegistry, sessionId: string, stored: LoadedSession): DeltaHydration {
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
function epochOf(registry: SchemaRegistry, stored: LoadedSession | undefined): string {
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
