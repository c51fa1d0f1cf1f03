import { setImmediate } from "node:timers/promises";
import { create, toJsonString } from "@bufbuild/protobuf";
import {
  type SnapshotEntity,
  SnapshotEntitySchema,
  type SnapshotFrame,
  SnapshotFrameSchema,
  SnapshotMode,
} from "@sessionstream/proto/sessionstream/v1/transport_pb.js";
import { snapshotEntity, tombstone } from "../../frames/snapshot-entity.js";
import type { SchemaRegistry } from "../../schema/registry.js";
import type { Hydration } from "../../session/hydration.js";
import { textFrame } from "./text-frame.js";

/** What a frame of a snapshot has at most: bytes of entities, where one alone is not larger, and entities. */
const maxPageBytes = 2 ** 18;
const maxPageEntities = 1000;

/**
 * A snapshot or delta in frames of bounded size, for a client that asked with
 * `resume`. Between two frames others have their turn, after which it may not be
 * wanted any more: then the rest is not encoded, and the result is undefined.
 * Throws where an Any has a type that the registry lacks.
 */
export async function snapshotPages(
  registry: SchemaRegistry,
  hydration: Hydration,
  isWanted: () => boolean,
): Promise<Buffer[] | undefined> {
  const head = headOf(hydration);
  const frames: Buffer[] = [];
  let entities: string[] = [];
  let bytes = 0;
  const endPage = (more: boolean) => {
    frames.push(page({ ...head, more, page: frames.length }, entities));
    entities = [];
    bytes = 0;
  };
  for (const entity of entitiesOf(registry, hydration)) {
    const text = toJsonString(SnapshotEntitySchema, entity, { registry: registry.protobuf });
    const length = Buffer.byteLength(text);
    if (entities.length === maxPageEntities || (entities.length > 0 && bytes + length > maxPageBytes)) {
      endPage(true);
      await setImmediate();
      if (!isWanted()) return undefined;
    }
    entities.push(text);
    // With its comma.
    bytes += length + 1;
  }
  endPage(false);
  return frames;
}

function headOf(hydration: Hydration): SnapshotFrame {
  const { epoch } = hydration;
  if (hydration.mode === "delta") {
    const { sessionId, ordinal } = hydration;
    return create(SnapshotFrameSchema, { sessionId, snapshotOrdinal: ordinal, mode: SnapshotMode.DELTA, epoch });
  }
  const { reason, snapshot, stop } = hydration;
  return create(SnapshotFrameSchema, {
    sessionId: snapshot.sessionId,
    snapshotOrdinal: snapshot.ordinal,
    mode: SnapshotMode.RESET,
    resetReason: reason,
    epoch,
    ...(stop !== undefined && { stop }),
  });
}

/** One after the other, so that not all are there twice. */
function* entitiesOf(registry: SchemaRegistry, hydration: Hydration): Generator<SnapshotEntity> {
  const { changed, deleted } =
    hydration.mode === "delta" ? hydration : { changed: hydration.snapshot.entities, deleted: [] };
  for (const entity of changed) yield { ...snapshotEntity(registry, entity), position: entity.position };
  for (const entity of deleted) yield tombstone(entity);
}

/** A frame of entities that are in JSON already. A session id is never empty, so that there is a field before them. */
function page(head: SnapshotFrame, entities: readonly string[]): Buffer {
  const fields = toJsonString(SnapshotFrameSchema, head).slice(0, -1);
  const list = entities.length === 0 ? "" : `,"entities":[${entities.join(",")}]`;
  return textFrame(`{"snapshot":${fields}${list}}}`);
}
