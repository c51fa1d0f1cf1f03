import type { SessionBatch, Store, StoredEntity, StoredError, StoredEvent, StoredKey } from "../../store/store.js";

export function batchOf(more: Partial<SessionBatch> = {}): SessionBatch {
  return {
    sessionId: "s",
    revision: 0,
    metadata: {},
    events: [],
    cursor: 0n,
    epoch: "first",
    entities: [],
    replaceTimeline: false,
    errors: [],
    keys: [],
    ...more,
  };
}

export function eventAt(ordinal: bigint, more: Partial<StoredEvent> = {}): StoredEvent {
  return {
    ordinal,
    name: "Happened",
    version: 1,
    type: "x.Happened",
    payload: bytes(`event ${ordinal}`),
    time: 1_763_000_000_000,
    ...more,
  };
}

export function entityOf(id: string, more: Partial<StoredEntity> = {}): StoredEntity {
  return {
    kind: "Note",
    id,
    createdOrdinal: 1n,
    lastEventOrdinal: 1n,
    type: "x.Note",
    payload: bytes(`entity ${id}`),
    ...more,
  };
}

export function errorAt(ordinal: bigint, more: Partial<StoredError> = {}): StoredError {
  return {
    step: "timeline-projection",
    ordinal,
    name: "Happened",
    message: "broken",
    time: 1_763_000_000_001,
    ...more,
  };
}

export function bytes(text: string): Uint8Array {
  return new Uint8Array(new TextEncoder().encode(text));
}

/** Commits one batch and throws its refusal. */
export async function commit(store: Store, more: Partial<SessionBatch> = {}): Promise<void> {
  const [outcome] = await store.commit([batchOf(more)]);
  if (outcome !== undefined) throw outcome;
}

/** All that a store says of a session, with bytes that compare alike whatever class they are. */
export async function everything(store: Store, sessionId = "s"): Promise<unknown> {
  const session = await store.load(sessionId);
  return {
    session: session && { ...session, entities: session.entities.map(plain) },
    events: (await store.events(sessionId)).map(plain),
    errors: await store.errors(sessionId),
  };
}

/** With bytes as text. */
export function plain<T extends { readonly payload: Uint8Array | undefined }>(row: T): unknown {
  return { ...row, payload: row.payload && Buffer.from(row.payload).toString("latin1") };
}

export function keyOf(key: string, more: Partial<StoredKey> = {}): StoredKey {
  return { key, fingerprint: `what ${key} does`, firstOrdinal: 1n, lastOrdinal: 1n, ...more };
}
