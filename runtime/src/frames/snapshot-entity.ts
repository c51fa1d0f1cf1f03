import { create } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { type SnapshotEntity, SnapshotEntitySchema } from "@sessionstream/proto/sessionstream/v1/transport_pb.js";
import type { SchemaRegistry } from "../schema/registry.js";
import type { DeletedEntity } from "../session/hydration.js";
import type { TimelineEntity } from "../timeline/snapshot.js";

/** An entity as frames have it. The registry must have its kind. */
export function snapshotEntity(registry: SchemaRegistry, entity: TimelineEntity): SnapshotEntity {
  const { kind, id, createdOrdinal, lastEventOrdinal, payload } = entity;
  const { schema } = registry.timelineEntity(kind);
  return create(SnapshotEntitySchema, {
    kind,
    id,
    createdOrdinal,
    lastEventOrdinal,
    payload: anyPack(schema, payload),
  });
}

/** What a delta says of an entity that is no more. */
export function tombstone(entity: DeletedEntity): SnapshotEntity {
  return create(SnapshotEntitySchema, { ...entity, tombstone: true });
}
