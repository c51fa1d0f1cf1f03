import type { BatchKey, BatchRun, SessionBatch } from "../../store/batch.js";
import type { KeyClaim, Store } from "../../store/store.js";
import type { KeyName, StoredDescriptor, StoredEntity, StoredError, StoredEvent } from "../../store/stored.js";
import type { StoredRun } from "../../store/stored-run.js";

export function batchOf(more: Partial<SessionBatch> = {}): SessionBatch {
  return {
    id: crypto.randomUUID(),
    sessionId: "s",
    revision: 0,
    epoch: "first",
    metadata: {},
    events: [],
    cursor: 0n,
    failedAt: undefined,
    entities: [],
    replaceTimeline: false,
    foldedUnder: undefined,
    errors: [],
    keys: [],
    runs: [],
    descriptors: [],
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
    position: 0,
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

export function descriptorOf(name: string, more: Partial<StoredDescriptor> = {}): StoredDescriptor {
  return { mark: "event", name, version: 1, type: `x.${name}`, hash: "1", descriptor: bytes(name), ...more };
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
    session: session && { ...session, entities: session.entities.map(plain), runs: session.runs.map(plainRun) },
    events: (await store.events(sessionId)).map(plain),
    errors: await store.errors(sessionId),
    runs: (await store.runs(sessionId)).map(plainRun),
  };
}

/** With bytes as text. */
export function plain<T extends { readonly payload: Uint8Array | undefined }>(row: T): unknown {
  return { ...row, payload: row.payload && Buffer.from(row.payload).toString("latin1") };
}

/** A run that nobody has taken yet. */
export function runOf(id: string, more: Partial<StoredRun> = {}): StoredRun {
  return {
    id,
    name: "Work",
    type: "x.WorkRun",
    input: bytes(`input of ${id}`),
    startedAt: 1_763_000_000_000,
    startedBy: {},
    at: undefined,
    parent: undefined,
    attempt: 0,
    failures: 0,
    owner: undefined,
    waitsFor: undefined,
    ended: undefined,
    ...more,
  };
}

export function startOf(id: string, more: Partial<StoredRun> = {}): BatchRun {
  return { isStart: true, run: runOf(id, more) };
}

export function changeOf(id: string, more: Partial<StoredRun> = {}): BatchRun {
  return { isStart: false, run: runOf(id, more) };
}

/** With the input as text. */
export function plainRun(run: StoredRun): unknown {
  return { ...run, input: Buffer.from(run.input).toString("latin1") };
}

/** A key of work that is one commit. */
export function keyOf(key: string, more: Partial<BatchKey> = {}): BatchKey {
  return {
    space: "a",
    key,
    fingerprint: `what ${key} does`,
    token: undefined,
    firstOrdinal: 1n,
    lastOrdinal: 1n,
    time: 1_763_000_000_000,
    ...more,
  };
}

export function nameOf(key: string, more: Partial<KeyName> = {}): KeyName {
  return { sessionId: "s", space: "a", key, ...more };
}

export function claimOf(key: string, token: string, more: Partial<KeyClaim> = {}): KeyClaim {
  const fingerprint = `what ${key} does`;
  return { ...nameOf(key), fingerprint, process: "p", token, time: 1_763_000_000_000, descriptor: undefined, ...more };
}
