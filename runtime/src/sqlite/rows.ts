import type { JsonObject } from "@bufbuild/protobuf";
import type { EventMeta } from "../store/event-meta.js";
import type {
  RecordedStep,
  StoredDescriptor,
  StoredEntity,
  StoredError,
  StoredEvent,
  StoredMark,
  StoredSession,
} from "../store/stored.js";
import type { DescriptorRow, EntityRow, ErrorRow, EventRow, SessionRow } from "./statements.js";

// What rows say, in the store's terms.

export function toSession(row: SessionRow): StoredSession {
  return {
    metadata: JSON.parse(row.metadata) as JsonObject,
    revision: Number(row.revision),
    ordinal: row.ordinal,
    cursor: row.cursor,
    failedAt: row.failedAt ?? undefined,
    epoch: row.epoch,
  };
}

export function toEvent({ previous, meta, ...row }: EventRow): StoredEvent {
  return {
    ...row,
    version: Number(row.version),
    time: Number(row.time),
    ...(previous !== null && { previous }),
    ...(meta !== null && { meta: toMeta(meta) }),
  };
}

export function toEntity(row: EntityRow): StoredEntity {
  return { ...row, position: Number(row.position), payload: row.payload ?? undefined };
}

export function toError(row: ErrorRow): StoredError {
  return { ...row, step: row.step as RecordedStep, time: Number(row.time) };
}

export function toDescriptor(row: DescriptorRow): StoredDescriptor {
  return { ...row, mark: row.mark as StoredMark };
}

/** JSON, with the ordinal as text: it may exceed 2^53. */
export function metaText({ cause, ...meta }: EventMeta): string {
  return JSON.stringify(cause === undefined ? meta : { ...meta, cause: String(cause) });
}

export function toMeta(text: string): EventMeta {
  const { cause, ...meta } = JSON.parse(text) as Omit<EventMeta, "cause"> & { readonly cause?: string };
  return cause === undefined ? meta : { ...meta, cause: BigInt(cause) };
}
