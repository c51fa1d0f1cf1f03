import type BetterSqlite3 from "better-sqlite3";

// Ordinals may exceed 2^53, so every column that holds one is read as a bigint.

export interface SessionRow {
  readonly id: bigint;
  readonly metadata: string;
  readonly revision: bigint;
  readonly ordinal: bigint;
  readonly cursor: bigint;
  readonly epoch: string;
}

export interface EventRow {
  readonly ordinal: bigint;
  readonly name: string;
  readonly version: bigint;
  readonly type: string;
  readonly payload: Buffer;
  readonly time: bigint;
}

export interface EntityRow {
  readonly kind: string;
  readonly id: string;
  readonly createdOrdinal: bigint;
  readonly lastEventOrdinal: bigint;
  readonly type: string;
  /** Null for a tombstone. */
  readonly payload: Buffer | null;
}

export interface ErrorRow {
  readonly step: string;
  readonly ordinal: bigint;
  readonly name: string;
  readonly message: string;
  readonly time: bigint;
}

export interface KeyRow {
  readonly key: string;
  readonly fingerprint: string;
  readonly firstOrdinal: bigint;
  readonly lastOrdinal: bigint;
}

export interface Statements {
  readonly selectSessionIds: Statement<[after: string, limit: number], { readonly id: string }>;
  readonly selectSession: Statement<[sessionId: string], SessionRow>;
  readonly insertSession: Statement<
    [sessionId: string, metadata: string, ordinal: bigint, cursor: bigint, epoch: string]
  >;
  readonly appendToSession: Statement<
    [ordinal: bigint, cursor: bigint, sessionId: string, revision: number, above: bigint, cursorFrom: bigint],
    { readonly id: bigint }
  >;
  readonly updateSession: Statement<[ordinal: bigint, cursor: bigint, session: bigint]>;
  readonly renewEpoch: Statement<[epoch: string, session: bigint]>;
  readonly insertEvent: Statement<
    [session: bigint, ordinal: bigint, name: string, version: number, type: string, payload: Uint8Array, time: number]
  >;
  readonly selectEvents: Statement<[session: bigint, after: bigint, limit: number], EventRow>;
  readonly upsertEntity: Statement<
    [
      session: bigint,
      kind: string,
      id: string,
      createdOrdinal: bigint,
      lastEventOrdinal: bigint,
      type: string,
      payload: Uint8Array | null,
    ]
  >;
  readonly deleteEntities: Statement<[session: bigint]>;
  readonly selectEntities: Statement<[session: bigint], EntityRow>;
  readonly selectChangedEntities: Statement<[session: bigint, after: bigint], EntityRow>;
  readonly insertError: Statement<
    [session: bigint, step: string, ordinal: bigint, name: string, message: string, time: number]
  >;
  readonly selectErrors: Statement<[session: bigint], ErrorRow>;
  readonly upsertKey: Statement<
    [session: bigint, key: string, fingerprint: string, firstOrdinal: bigint, lastOrdinal: bigint]
  >;
  readonly selectKey: Statement<[session: bigint, key: string], KeyRow>;
}

const selectEntity = `SELECT kind, id, created_ordinal AS createdOrdinal, last_event_ordinal AS lastEventOrdinal, type, payload
  FROM entities`;

type Statement<Bind extends unknown[], Row = unknown> = BetterSqlite3.Statement<Bind, Row>;

export function prepareStatements(database: BetterSqlite3.Database): Statements {
  return {
    selectSessionIds: database.prepare(
      "SELECT session_id AS id FROM sessions WHERE session_id > ? ORDER BY session_id LIMIT ?",
    ),
    selectSession: database
      .prepare<[string], SessionRow>(
        "SELECT id, metadata, revision, ordinal, cursor, epoch FROM sessions WHERE session_id = ?",
      )
      .safeIntegers(),
    insertSession: database
      .prepare(
        "INSERT INTO sessions (session_id, metadata, revision, ordinal, cursor, epoch) VALUES (?, ?, 1, ?, ?, ?)",
      )
      .safeIntegers(),
    appendToSession: database
      .prepare<[bigint, bigint, string, number, bigint, bigint], { readonly id: bigint }>(
        `UPDATE sessions SET revision = revision + 1, ordinal = ?, cursor = ?
         WHERE session_id = ? AND revision = ? AND ordinal < ? AND cursor <= ?
         RETURNING id`,
      )
      .safeIntegers(),
    updateSession: database.prepare(
      "UPDATE sessions SET revision = revision + 1, ordinal = ?, cursor = ? WHERE id = ?",
    ),
    renewEpoch: database.prepare("UPDATE sessions SET epoch = ? WHERE id = ?"),
    insertEvent: database.prepare(
      "INSERT INTO events (session, ordinal, name, version, type, payload, time) VALUES (?, ?, ?, ?, ?, ?, ?)",
    ),
    selectEvents: database
      .prepare<[bigint, bigint, number], EventRow>(
        "SELECT ordinal, name, version, type, payload, time FROM events WHERE session = ? AND ordinal > ? ORDER BY ordinal LIMIT ?",
      )
      .safeIntegers(),
    upsertEntity: database.prepare(
      `INSERT INTO entities (session, kind, id, created_ordinal, last_event_ordinal, type, payload)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (session, kind, id) DO UPDATE SET
         created_ordinal = excluded.created_ordinal,
         last_event_ordinal = excluded.last_event_ordinal,
         type = excluded.type,
         payload = excluded.payload`,
    ),
    deleteEntities: database.prepare("DELETE FROM entities WHERE session = ?"),
    selectEntities: database
      .prepare<[bigint], EntityRow>(`${selectEntity} WHERE session = ? AND payload IS NOT NULL`)
      .safeIntegers(),
    selectChangedEntities: database
      .prepare<[bigint, bigint], EntityRow>(`${selectEntity} WHERE session = ? AND last_event_ordinal > ?`)
      .safeIntegers(),
    insertError: database.prepare(
      "INSERT INTO errors (session, step, ordinal, name, message, time) VALUES (?, ?, ?, ?, ?, ?)",
    ),
    selectErrors: database
      .prepare<[bigint], ErrorRow>(
        "SELECT step, ordinal, name, message, time FROM errors WHERE session = ? ORDER BY rowid",
      )
      .safeIntegers(),
    upsertKey: database.prepare(
      `INSERT INTO commands (session, key, fingerprint, first_ordinal, last_ordinal) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (session, key) DO UPDATE SET last_ordinal = excluded.last_ordinal`,
    ),
    selectKey: database
      .prepare<[bigint, string], KeyRow>(
        `SELECT key, fingerprint, first_ordinal AS firstOrdinal, last_ordinal AS lastOrdinal
         FROM commands WHERE session = ? AND key = ?`,
      )
      .safeIntegers(),
  };
}
