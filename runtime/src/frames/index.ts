import { create, type JsonObject } from "@bufbuild/protobuf";
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

/** What frames of UI events contain. */
export interface UiEventFrameOptions {
  /** Whether they say the time and the cause of the backend event. Only for clients that asked for metadata. */
  readonly metadata?: boolean;
  /** What they say besides of where it comes from. Only for clients that asked for metadata. */
  readonly more?: JsonObject | undefined;
}

/** The frames of a backend event's UI events, in their order. */
export function uiEventFrames(batch: UiBatch, { metadata = false, more }: UiEventFrameOptions = {}): UiEventFrame[] {
  const { sessionId, ordinal, time, meta: { cause } = {} } = batch;
  const known = metadata ? { time: BigInt(time), ...(cause !== undefined && { cause }) } : {};
  return batch.events.map(({ desc, name, payload }) =>
    create(UiEventFrameSchema, {
      sessionId,
      eventOrdinal: ordinal,
      name,
      payload: anyPack(desc.schema, payload),
      ...known,
      ...(more !== undefined && { metadata: more }),
    }),
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
