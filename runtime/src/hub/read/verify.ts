import { equals, fromBinary } from "@bufbuild/protobuf";
import type { SchemaRegistry } from "../../schema/registry.js";
import type { SessionInfo } from "../../session/session-info.js";
import { readFoldErrors } from "../../store/read-errors.js";
import { readLog } from "../../store/read-log.js";
import type { Store } from "../../store/store.js";
import type { StoredEntity, StoredEvent, StoredTimeline } from "../../store/stored.js";
import { isAlive, toStored } from "../../timeline/entry.js";
import type { SkippedEvent } from "../../timeline/snapshot.js";
import { Timeline } from "../../timeline/timeline.js";
import { compareTimelines, isSameBytes } from "../project/compare-timelines.js";
import type { Fold } from "../project/fold.js";
import { foldPast } from "./fold-past.js";

/** What is folded, and by which projections. */
export interface FoldingSource {
  readonly registry: SchemaRegistry;
  readonly store: Store;
  /** Goes on without an event whose projection fails. */
  readonly past: Fold;
}

/** A fold of a session's log. */
export interface FoldedTimeline {
  readonly timeline: Timeline;
  /** The events that had no effect on it. */
  readonly skipped: readonly SkippedEvent[];
}

/** An entity that is not as the fold has it: stored though the fold has none, in another state, or not stored. */
export interface EntityDifference {
  readonly kind: string;
  readonly id: string;
  readonly change: "added" | "changed" | "missing";
}

/** How the timeline that is stored of a session compares to the fold of its log. */
export interface VerifiedTimeline {
  readonly sessionId: string;
  /** The ordinal of the last event that the stored timeline contains. What comes after it is not stored yet. */
  readonly cursor: bigint;
  /** None where the two are equal. */
  readonly differences: readonly EntityDifference[];
  /** The events up to the cursor that had no effect on the fold: they cannot be read or projected, or are not known. */
  readonly skipped: readonly SkippedEvent[];
}

/** Folds a log up to an ordinal, but for some events. */
export async function foldUpTo(
  source: FoldingSource,
  info: SessionInfo,
  last: bigint,
  without: ReadonlySet<bigint> = new Set(),
): Promise<FoldedTimeline> {
  const timeline = new Timeline(source.registry);
  const skipped: SkippedEvent[] = [];
  for await (const event of readLog(source.store, info.id, 0n)) {
    if (event.ordinal > last) break;
    const skip = without.has(event.ordinal) ? passOver(event, timeline) : foldPast(source.past, event, info, timeline);
    if (skip !== undefined) skipped.push(skip);
  }
  return { timeline, skipped };
}

function passOver({ ordinal, name }: StoredEvent, timeline: Timeline): SkippedEvent {
  timeline.cursor = ordinal;
  return { ordinal, name, message: "it is on record that its projection failed" };
}

/** Compares what is stored of a session's timeline with the fold of its log. Undefined if there is no such session. */
export async function verifyTimeline(source: FoldingSource, sessionId: string): Promise<VerifiedTimeline | undefined> {
  for (;;) {
    const stored = await source.store.load(sessionId);
    if (stored === undefined) return undefined;
    const verified = await compareWithFold(source, sessionId, stored);
    // A redaction may have changed the log meanwhile, and a deletion may have taken it away.
    if ((await source.store.session(sessionId))?.epoch === stored.epoch) return verified;
  }
}

async function compareWithFold(
  source: FoldingSource,
  sessionId: string,
  stored: StoredTimeline,
): Promise<VerifiedTimeline> {
  const { cursor, entities, metadata } = stored;
  const info: SessionInfo = { id: sessionId, metadata };
  const verify = async (without?: ReadonlySet<bigint>): Promise<VerifiedTimeline> => {
    const { timeline, skipped } = await foldUpTo(source, info, cursor, without);
    return { sessionId, cursor, differences: await differencesOf(source.registry, entities, timeline), skipped };
  };
  const verified = await verify();
  if (verified.differences.length === 0) return verified;
  // With the policy `advance`, the timeline goes on without an event that failed once, whatever its projection does today.
  const failed = new Set<bigint>();
  for await (const { ordinal } of readFoldErrors(source.store, sessionId, 0n)) {
    if (ordinal <= cursor) failed.add(ordinal);
  }
  if (failed.size === 0) return verified;
  const without = await verify(failed);
  return without.differences.length === 0 ? without : verified;
}

async function differencesOf(
  registry: SchemaRegistry,
  stored: readonly StoredEntity[],
  timeline: Timeline,
): Promise<EntityDifference[]> {
  const differences: EntityDifference[] = [];
  const isSamePayload = (a: StoredEntity, b: StoredEntity) => isSameBytes(a, b) || isSameMessage(registry, a, b);
  for await (const { stored: had, folded: has } of compareTimelines(stored, storedOf(timeline), { isSamePayload })) {
    const { kind, id } = had ?? has;
    differences.push({ kind, id, change: has === undefined ? "added" : had === undefined ? "missing" : "changed" });
  }
  return differences;
}

function* storedOf(timeline: Timeline): Generator<StoredEntity> {
  for (const entry of timeline.entries()) if (isAlive(entry)) yield toStored(entry);
}

/** The same message may have been written in another order. */
function isSameMessage(
  registry: SchemaRegistry,
  { kind, payload: a }: StoredEntity,
  { payload: b }: StoredEntity,
): boolean {
  if (a === undefined || b === undefined) return false;
  const { schema } = registry.timelineEntity(kind);
  try {
    return equals(schema, fromBinary(schema, a), fromBinary(schema, b));
  } catch {
    return false;
  }
}
