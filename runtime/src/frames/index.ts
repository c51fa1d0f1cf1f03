import { create } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import {
  type SnapshotFrame,
  SnapshotFrameSchema,
  type UiEventFrame,
  UiEventFrameSchema,
} from "@sessionstream/proto/sessionstream/v1/transport_pb.js";
import type { SchemaRegistry } from "../schema/registry.js";
import type { UiBatch } from "../session/ui-batch.js";
import type { Snapshot } from "../timeline/snapshot.js";
import { snapshotEntity } from "./snapshot-entity.js";

/** The frames of a backend event's UI events, in their order. */
export function uiEventFrames({ sessionId, ordinal, events }: UiBatch): UiEventFrame[] {
  return events.map(({ desc, name, payload }) =>
    create(UiEventFrameSchema, { sessionId, eventOrdinal: ordinal, name, payload: anyPack(desc.schema, payload) }),
  );
}

/** The frame of a snapshot. The registry must know the kinds of its entities. */
export function snapshotFrame(registry: SchemaRegistry, snapshot: Snapshot): SnapshotFrame {
  return create(SnapshotFrameSchema, {
    sessionId: snapshot.sessionId,
    snapshotOrdinal: snapshot.ordinal,
    entities: snapshot.entities.map((entity) => snapshotEntity(registry, entity)),
  });
}
