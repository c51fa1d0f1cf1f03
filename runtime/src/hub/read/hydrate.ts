import { fnv1aOfText } from "../../base/fnv.js";
import type { SchemaRegistry } from "../../schema/registry.js";
import { clientEpoch, isOfAnotherSession } from "../../session/epoch.js";
import type { DeltaHydration, FullHydration, Hydration, ResetReason, ResumePoint } from "../../session/hydration.js";
import { type UiBatch, uiBatchOf } from "../../session/ui-batch.js";
import { entityKey } from "../../store/entity-key.js";
import { compareEntities } from "../../store/entity-order.js";
import { readLog } from "../../store/read-log.js";
import { isAlive, toEntity } from "../../timeline/entry.js";
import { snapshotOf } from "../../timeline/snapshot-of.js";
import type { SessionImage } from "../project/session-image.js";
import type { HistorySource } from "./history-source.js";

/** The whole; or, for a client that has the session up to a point, what changed since then where that is enough. */
export async function readHydration(
  source: HistorySource,
  sessionId: string,
  from: ResumePoint | undefined,
): Promise<Hydration> {
  const image = await source.image(sessionId);
  const reason = resetReason(source.registry, image, from);
  if (reason !== undefined || from === undefined) return wholeOf(source, image, reason ?? "new");
  return (await deltaOf(source, image, from.since)) ?? wholeOf(source, image, "behind");
}

/** Why a client has to start over. Undefined if what changed is enough for it. */
function resetReason(
  registry: SchemaRegistry,
  image: SessionImage,
  from: ResumePoint | undefined,
): ResetReason | undefined {
  if (from === undefined || from.since < 0n || from.epoch === "") return "new";
  const isThere = image.revision > 0;
  // One that has no history to go on from is not another session for that.
  if ((!isThere || image.epoch !== "") && isOfAnotherSession(from.epoch, isThere ? image.epoch : undefined))
    return "deleted";
  if (epochOf(registry, image) !== from.epoch) return "epoch";
  if (image.ordinal < from.since) return "ahead";
  if (image.stop !== undefined) return "stalled";
  return from.since === 0n ? "new" : undefined;
}

async function wholeOf(source: HistorySource, image: SessionImage, reason: ResetReason): Promise<FullHydration> {
  const { info, timeline, stop } = image;
  return {
    mode: "reset",
    reason,
    epoch: epochOf(source.registry, image),
    snapshot: snapshotOf(info.id, timeline, await timeline.entities()),
    stop,
    missed: (above = timeline.cursor) => missedOf(source, image, above),
  };
}

/** The UI events of the events above an ordinal, where the timeline stopped. */
async function* missedOf(
  { store, past }: HistorySource,
  { info, timeline, stop }: SessionImage,
  above: bigint,
): AsyncGenerator<UiBatch> {
  if (stop === undefined) return;
  for await (const event of readLog(store, info.id, above)) {
    yield uiBatchOf(info.id, event, past.storedUiEvents(event, info, timeline));
  }
}

/**
 * What changed since an ordinal. Tombstones leave the memory once they are stored. What the
 * store has changed since the image was made, the client is told live. Undefined if the store does not have all tombstones
 * any more.
 */
async function deltaOf(
  { store, registry }: HistorySource,
  image: SessionImage,
  since: bigint,
): Promise<DeltaHydration | undefined> {
  const { info, timeline } = image;
  const changed = timeline.changedAfter(since);
  const known = new Set(changed.map(entityKey));
  const stored = await store.tombstones(info.id, since);
  if (stored === undefined) return undefined;
  const gone = stored.filter(
    (entity) =>
      entity.lastEventOrdinal <= timeline.cursor &&
      registry.hasTimelineEntity(entity.kind) &&
      !known.has(entityKey(entity)),
  );
  const deleted = [...changed.filter((entry) => !isAlive(entry)), ...gone].sort(compareEntities);
  return {
    mode: "delta",
    epoch: epochOf(registry, image),
    sessionId: info.id,
    ordinal: timeline.cursor,
    changed: changed.filter(isAlive).sort(compareEntities).map(toEntity),
    deleted: deleted.map(({ kind, id, createdOrdinal, position, lastEventOrdinal }) => ({
      kind,
      id,
      createdOrdinal,
      position,
      lastEventOrdinal,
    })),
  };
}

/**
 * The epoch as clients are given it. It is another one where other kinds of
 * entities are registered: a delta says nothing of entities that did not change,
 * though they come or go with their kind.
 */
function epochOf(registry: SchemaRegistry, { revision, epoch }: SessionImage): string {
  if (revision === 0 || epoch === "") return "";
  // Clients of earlier releases have it in this form.
  const kinds = Number.parseInt(fnv1aOfText(registry.timelineEntityNames.join(" ")).slice(0, 8), 16).toString(36);
  return clientEpoch(epoch, kinds);
}
