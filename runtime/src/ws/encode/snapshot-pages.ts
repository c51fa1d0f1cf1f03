import { create } from "@bufbuild/protobuf";
import {
  type SnapshotEntity,
  type SnapshotFrame,
  SnapshotFrameSchema,
  SnapshotMode,
} from "@sessionstream/proto/sessionstream/v1/transport_pb.js";
import { entityPages } from "../../frames/entity-pages.js";
import { snapshotEntity, tombstone } from "../../frames/snapshot-entity.js";
import { frameJson } from "../../frames/snapshot-json.js";
import type { SchemaRegistry } from "../../schema/registry.js";
import type { Hydration } from "../../session/hydration.js";
import { textFrameOf } from "./text-frame.js";

/**
 * A snapshot or delta in frames of bounded size, for a client that asked with
 * `resume`. Lets others have their turn; undefined where it is not wanted any more.
 * Throws where an Any has a type that the registry lacks.
 */
export async function snapshotPages(
  registry: SchemaRegistry,
  hydration: Hydration,
  isWanted: () => boolean,
): Promise<Buffer[] | undefined> {
  const head = headOf(hydration);
  const pages = await entityPages(registry, entitiesOf(registry, hydration), isWanted);
  return pages?.map((page, at) => {
    const isLast = at === pages.length - 1;
    return snapshotTextFrame(frameJson({ ...head, more: !isLast, page: at }, [page]));
  });
}

/** A frame of a snapshot that is in JSON already, in pieces. */
export function snapshotTextFrame(json: readonly Uint8Array[]): Buffer {
  return textFrameOf([opening, ...json, closing]);
}

const opening = Buffer.from('{"snapshot":');
const closing = Buffer.from("}");

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
