import type { JsonObject } from "@bufbuild/protobuf";
import type { EventMeta } from "../store/event-meta.js";
import type { MovedSession } from "../store/store.js";
import type {
  Checkpoint,
  FoldedUnder,
  RecordedStep,
  StoredDescriptor,
  StoredEntity,
  StoredError,
  StoredEvent,
  StoredMark,
  StoredSession,
} from "../store/stored.js";
import type {
  CheckpointRow,
  DescriptorRow,
  EntityRow,
  ErrorRow,
  EventRow,
  MovedRow,
  SessionRow,
} from "./statements.js";
import { toText } from "./text.js";

// What rows say, in the store's terms.

export function toSession(row: SessionRow): StoredSession {
  return {
    metadata: JSON.parse(row.metadata) as JsonObject,
    revision: Number(row.revision),
    ordinal: row.ordinal,
    cursor: row.cursor,
    failedAt: row.failedAt ?? undefined,
    epoch: row.epoch,
    foldedUnder: toFoldedUnder(row.foldedUnder),
  };
}

/** As JSON. Nearly all sessions have the same, and it is read with each look at a session: so the last is kept. */
export function foldedUnderText(foldedUnder: FoldedUnder | undefined): string | null {
  if (foldedUnder === undefined) return null;
  if (foldedUnder !== lastFold?.foldedUnder) lastFold = { text: JSON.stringify(foldedUnder), foldedUnder };
  return lastFold.text;
}

function toFoldedUnder(text: string | null): FoldedUnder | undefined {
  if (text === null) return undefined;
  if (text !== lastFold?.text) lastFold = { text, foldedUnder: JSON.parse(text) as FoldedUnder };
  return lastFold.foldedUnder;
}

let lastFold: { readonly text: string; readonly foldedUnder: FoldedUnder } | undefined;

export function toEvent({ previous, meta, payload, ...row }: EventRow): StoredEvent {
  return {
    ...row,
    payload: toBytes(payload),
    version: Number(row.version),
    time: Number(row.time),
    ...(previous !== null && { previous }),
    ...(meta !== null && { meta: toMeta(meta) }),
  };
}

export function toEntity({ id, payload, ...row }: EntityRow): StoredEntity {
  return {
    ...row,
    id: toText(id),
    position: Number(row.position),
    payload: payload === null ? undefined : toBytes(payload),
  };
}

export function toCheckpoint({ ordinal, base, bytes, baseBytes, addedBytes }: CheckpointRow): Checkpoint {
  return { ordinal, base, bytes: Number(bytes), baseBytes: Number(baseBytes), addedBytes: Number(addedBytes) };
}

export function toError(row: ErrorRow): StoredError {
  return { ...row, step: row.step as RecordedStep, message: toText(row.message), time: Number(row.time) };
}

export function toMoved({ sessionId, revision }: MovedRow): MovedSession {
  return { sessionId: toText(sessionId), revision };
}

export function toDescriptor(row: DescriptorRow): StoredDescriptor {
  return { ...row, mark: row.mark as StoredMark, descriptor: toBytes(row.descriptor) };
}

/** better-sqlite3 makes Buffers, whose methods do other things than those of the class that users are promised. */
export function toBytes(blob: Uint8Array): Uint8Array {
  return blob instanceof Buffer ? new Uint8Array(blob.buffer, blob.byteOffset, blob.byteLength) : blob;
}

/** JSON, with the ordinal as text: it may exceed 2^53. */
export function metaText({ cause, ...meta }: EventMeta): string {
  return JSON.stringify(cause === undefined ? meta : { ...meta, cause: String(cause) });
}

export function toMeta(text: string): EventMeta {
  const { cause, ...meta } = JSON.parse(text) as Omit<EventMeta, "cause"> & { readonly cause?: string };
  return cause === undefined ? meta : { ...meta, cause: BigInt(cause) };
}
