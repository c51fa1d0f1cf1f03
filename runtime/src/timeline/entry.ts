import { SessionstreamError } from "../base/errors.js";
import { encode } from "../schema/encode.js";
import type { FeatureRegistry } from "../schema/feature-registry.js";
import type { Payload } from "../schema/payload.js";
import type { DescTimelineEntity } from "../schema/timeline-entity.js";
import { compareEntities } from "../store/entity-order.js";
import type { StoredEntity } from "../store/stored.js";
import type { TimelineEntity } from "./snapshot.js";

/** Where an entity is in memory. Another entry takes its entry's place when it changes. */
export interface Slot {
  entry: Entry;
  /** The size of its payload in protobuf's binary format, as it was last stored. */
  bytes: number;
}

/** An entity in a state of its own, which never changes: what was read of a timeline stays as it is. */
export interface Entry {
  readonly desc: DescTimelineEntity;
  readonly kind: string;
  readonly id: string;
  readonly createdOrdinal: bigint;
  /** Its place among the entities that its event created. */
  readonly position: number;
  readonly lastEventOrdinal: bigint;
  /** Undefined for a tombstone, and until an entry that was loaded is first read. */
  payload: Payload<DescTimelineEntity["schema"]> | undefined;
  /** The payload as it was loaded, decoded when it is first read. */
  loaded: Loaded | undefined;
}

interface Loaded {
  readonly registry: FeatureRegistry;
  readonly type: string;
  readonly payload: Uint8Array;
}

/** Whether it is no tombstone. */
export function isAlive(entry: Entry): boolean {
  return entry.payload !== undefined || entry.loaded !== undefined;
}

/** Those that are no tombstones, in the order of a snapshot. */
export function inOrder(entries: readonly Entry[]): Entry[] {
  return entries.filter(isAlive).sort(compareEntities);
}

/**
 * Its payload, decoded where it was not yet.
 * @throws PAYLOAD_TYPE_MISMATCH or INVALID_PAYLOAD.
 */
export function read(entry: Entry): Payload<DescTimelineEntity["schema"]> | undefined {
  if (entry.loaded !== undefined) {
    entry.payload = decode(entry, entry.loaded);
    entry.loaded = undefined;
  }
  return entry.payload;
}

/** An entity that is no tombstone, as a snapshot has it, frozen if its payload is. Throws like {@link read}. */
export function toEntity(entry: Entry): TimelineEntity {
  const { kind, id, createdOrdinal, position, lastEventOrdinal } = entry;
  const payload = read(entry) as Payload<DescTimelineEntity["schema"]>;
  const entity = { kind, id, createdOrdinal, position, lastEventOrdinal, payload };
  return Object.isFrozen(payload) ? Object.freeze(entity) : entity;
}

/** As a store keeps it. */
export function toStored(entry: Entry): StoredEntity {
  const { desc, kind, id, createdOrdinal, position, lastEventOrdinal, payload, loaded } = entry;
  return {
    kind,
    id,
    createdOrdinal,
    position,
    lastEventOrdinal,
    type: loaded?.type ?? desc.schema.typeName,
    payload: loaded?.payload ?? (payload && encode(desc.schema, payload)),
  };
}

function decode({ desc, kind, id }: Entry, { registry, type, payload }: Loaded): Payload<DescTimelineEntity["schema"]> {
  const { schema } = desc;
  const what = `timeline entity "${kind}" with id "${id}"`;
  if (type !== schema.typeName) {
    throw new SessionstreamError(
      "PAYLOAD_TYPE_MISMATCH",
      `${what} payload type mismatch: got ${type} want ${schema.typeName}`,
      { name: kind },
    );
  }
  try {
    return registry.decode(schema, payload);
  } catch (thrown) {
    throw new SessionstreamError("INVALID_PAYLOAD", `${what} cannot be decoded as ${schema.typeName}`, {
      name: kind,
      cause: thrown,
    });
  }
}
