import { equals, fromBinary, toBinary } from "@bufbuild/protobuf";
import { isTurnOver, nextTurn } from "../../base/turns.js";
import type { SchemaRegistry } from "../../schema/registry.js";
import type { SessionInfo } from "../../session/session-info.js";
import { readErrors } from "../../store/read-errors.js";
import { readLog } from "../../store/read-log.js";
import { foldSteps } from "../../store/rules.js";
import type { Store } from "../../store/store.js";
import type { StoredEntity, StoredEvent, StoredTimeline } from "../../store/stored.js";
import { type Entry, isAlive, read } from "../../timeline/entry.js";
import type { SkippedEvent } from "../../timeline/snapshot.js";
import { Timeline } from "../../timeline/timeline.js";
import type { Failure, Fold } from "../project/fold.js";
import { unknownEvent } from "../project/stopped.js";

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
    const { ordinal, name } = event;
    if (ordinal > last) break;
    const message = without.has(ordinal)
      ? "it is on record that its projection failed"
      : fold(source, event, info, timeline);
    timeline.cursor = ordinal;
    if (message !== undefined) skipped.push({ ordinal, name, message });
  }
  return { timeline, skipped };
}

/** Folds an event. Returns why it had no effect, if it had none. */
function fold({ past }: FoldingSource, event: StoredEvent, info: SessionInfo, timeline: Timeline): string | undefined {
  const failures: Failure[] = [];
  const stop = past.applyStored(event, info, timeline, failures);
  return stop === undefined ? failures[0]?.record.message : unknownEvent(info.id, stop).message;
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
    return { sessionId, cursor, differences: await differencesOf(entities, timeline), skipped };
  };
  const verified = await verify();
  if (verified.differences.length === 0) return verified;
  // With the policy `advance`, the timeline goes on without an event that failed once, whatever its projection does today.
  const failed = new Set<bigint>();
  for await (const { step, ordinal } of readErrors(source.store, sessionId, 0n)) {
    if (ordinal <= cursor && foldSteps.includes(step)) failed.add(ordinal);
  }
  if (failed.size === 0) return verified;
  const without = await verify(failed);
  return without.differences.length === 0 ? without : verified;
}

async function differencesOf(stored: readonly StoredEntity[], folded: Timeline): Promise<EntityDifference[]> {
  const left = new Map(
    folded
      .entries()
      .filter(isAlive)
      .map((entry) => [`${entry.kind}\n${entry.id}`, entry]),
  );
  const differences: EntityDifference[] = [];
  for (const entity of stored) {
    const { kind, id } = entity;
    const key = `${kind}\n${id}`;
    const entry = left.get(key);
    left.delete(key);
    if (entry === undefined) differences.push({ kind, id, change: "added" });
    else if (!isSame(entity, entry)) differences.push({ kind, id, change: "changed" });
    if (isTurnOver()) await nextTurn();
  }
  for (const { kind, id } of left.values()) differences.push({ kind, id, change: "missing" });
  return differences;
}

function isSame(stored: StoredEntity, entry: Entry): boolean {
  const { desc, createdOrdinal, position, lastEventOrdinal } = entry;
  const isThere = createdOrdinal === stored.createdOrdinal && position === stored.position;
  if (!isThere || lastEventOrdinal !== stored.lastEventOrdinal || desc.schema.typeName !== stored.type) return false;
  const payload = read(entry);
  if (payload === undefined || stored.payload === undefined) return false;
  const bytes = toBinary(desc.schema, payload);
  if (bytes.length === stored.payload.length && bytes.every((byte, at) => byte === stored.payload?.[at])) return true;
  // The same message may have been written in another order.
  try {
    return equals(desc.schema, fromBinary(desc.schema, stored.payload), payload);
  } catch {
    return false;
  }
}
