import type { SessionHead } from "../store/stored.js";
import type { Database, PreparedStatement, Statement } from "./driver/driver.js";
import { type WholeText, whole } from "./text.js";

// Ordinals may exceed 2^53, so every column that holds one is read as a bigint.

export interface SessionRow {
  readonly id: bigint;
  readonly metadata: string;
  readonly revision: bigint;
  readonly ordinal: bigint;
  readonly cursor: bigint;
  readonly failedAt: bigint | null;
  readonly epoch: string;
  readonly foldedUnder: string | null;
}

export interface EventRow {
  readonly ordinal: bigint;
  readonly previous: bigint | null;
  readonly name: string;
  readonly version: bigint;
  readonly type: string;
  readonly payload: Uint8Array;
  readonly time: bigint;
  readonly meta: string | null;
}

export interface EntityRow {
  readonly kind: string;
  readonly id: WholeText;
  readonly createdOrdinal: bigint;
  readonly position: bigint;
  readonly lastEventOrdinal: bigint;
  readonly type: string;
  /** Null for a tombstone. */
  readonly payload: Uint8Array | null;
}

export interface CheckpointRow {
  readonly id: bigint;
  readonly ordinal: bigint;
  readonly base: bigint;
  readonly bytes: bigint;
  readonly baseBytes: bigint;
  readonly addedBytes: bigint;
}

/** What is written of an entity. */
export type EntityColumns = [
  kind: string,
  id: string,
  createdOrdinal: bigint,
  position: number,
  lastEventOrdinal: bigint,
  type: string,
  payload: Uint8Array | null,
];

export interface ErrorRow {
  readonly step: string;
  readonly ordinal: bigint;
  readonly name: string;
  readonly message: WholeText;
  readonly time: bigint;
}

export interface DescriptorRow {
  readonly mark: string;
  readonly name: string;
  readonly version: number;
  readonly hash: string;
  readonly type: string;
  readonly descriptor: Uint8Array;
}

export interface MovedRow {
  readonly sessionId: WholeText;
  readonly revision: number;
}

/** The newest rows: those of later commits are above them. */
export interface Newest {
  readonly event: number;
  readonly move: number;
}

export type Statements = ReturnType<typeof prepareStatements>;

const selectEntityOf = (
  table: string,
) => `SELECT kind, ${whole("id")} AS id, created_ordinal AS createdOrdinal, position,
    last_event_ordinal AS lastEventOrdinal, type, payload
  FROM ${table}`;
const selectEntity = selectEntityOf("entity");

export function prepareStatements(database: Database) {
  const prepare = <Bind extends unknown[], Row = unknown>(sql: string): Statement<Bind, Row> =>
    database.prepare<Bind, Row>(sql);
  const exact = <Bind extends unknown[], Row = unknown>(sql: string): PreparedStatement<Bind, Row> =>
    database.prepare<Bind, Row>(sql).safeIntegers();
  const column = <Bind extends unknown[], Value>(sql: string): Statement<Bind, Value> =>
    database.prepare<Bind, Value>(sql).pluck();
  return {
    selectVersion: column<[], number>("PRAGMA user_version"),
    selectDataVersion: column<[], number>("PRAGMA data_version"),
    selectSessionIds: column<[after: string, limit: number], WholeText>(
      `SELECT ${whole("session_id")} FROM session
       WHERE session_id > ? AND id NOT IN (SELECT session FROM hidden) ORDER BY session_id LIMIT ?`,
    ),
    selectSession: exact<[sessionId: string], SessionRow>(
      `SELECT id, metadata, revision, ordinal, cursor, failed_at AS failedAt, epoch, folded_under AS foldedUnder
         FROM session_head WHERE session_id = ?`,
    ),
    selectHead: prepare<[sessionId: string], SessionHead>(
      "SELECT revision, epoch FROM session_head WHERE session_id = ?",
    ),
    insertSession: exact<
      [
        sessionId: string,
        metadata: string,
        ordinal: bigint,
        cursor: bigint,
        failedAt: bigint | null,
        epoch: string,
        foldedUnder: string | null,
      ]
    >(
      `INSERT INTO session (session_id, metadata, revision, ordinal, cursor, failed_at, epoch, folded_under)
         VALUES (?, ?, 1, ?, ?, ?, ?, ?)`,
    ),
    updateSession: prepare<
      [
        revision: number,
        ordinal: bigint,
        cursor: bigint,
        failedAt: bigint | null,
        epoch: string,
        foldedUnder: string | null,
        session: bigint,
      ]
    >(
      `UPDATE session SET revision = ?, ordinal = ?, cursor = ?, failed_at = ?, epoch = ?, folded_under = ?
         WHERE id = ?`,
    ),
    /** Of an event of which nothing else is known, as most are in a stream: the fewer columns, the faster. */
    insertPlainEvent: prepare<
      [session: bigint, ordinal: bigint, name: string, version: number, type: string, payload: Uint8Array, time: number]
    >("INSERT INTO event (session, ordinal, name, version, type, payload, time) VALUES (?, ?, ?, ?, ?, ?, ?)"),
    insertEvent: prepare<
      [
        session: bigint,
        ordinal: bigint,
        previous: bigint | null,
        name: string,
        version: number,
        type: string,
        payload: Uint8Array,
        time: number,
        meta: string | null,
        batch: string | null,
        revision: number | null,
        claim: string | null,
      ]
    >(
      `INSERT INTO event (session, ordinal, previous, name, version, type, payload, time, meta, batch, revision, claim)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    rewriteEvent: prepare<[payload: Uint8Array, session: bigint, ordinal: bigint]>(
      "UPDATE event SET payload = ? WHERE session = ? AND ordinal = ?",
    ),
    selectEvents: exact<[session: bigint, after: bigint, limit: number], EventRow>(
      `SELECT ordinal, previous, name, version, type, payload, time, meta
         FROM event WHERE session = ? AND ordinal > ? ORDER BY ordinal LIMIT ?`,
    ),
    upsertEntity: prepare<[session: bigint, ...EntityColumns]>(
      `INSERT INTO entity (session, kind, id, created_ordinal, position, last_event_ordinal, type, payload)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (session, kind, id) DO UPDATE SET
         created_ordinal = excluded.created_ordinal,
         position = excluded.position,
         last_event_ordinal = excluded.last_event_ordinal,
         type = excluded.type,
         payload = excluded.payload`,
    ),
    deleteEntities: prepare<[session: bigint]>("DELETE FROM entity WHERE session = ?"),
    selectEntities: exact<[session: bigint], EntityRow>(`${selectEntity} WHERE session = ? AND payload IS NOT NULL`),
    selectTombstones: exact<[session: bigint, after: bigint], EntityRow>(
      `${selectEntity} WHERE session = ? AND last_event_ordinal > ? AND payload IS NULL`,
    ),
    /** The newest at or below an ordinal. */
    selectCheckpoint: exact<[session: bigint, ordinal: bigint], CheckpointRow>(
      `SELECT id, ordinal, base, bytes, base_bytes AS baseBytes, added_bytes AS addedBytes FROM checkpoint
         WHERE session = ? AND ordinal <= ? AND touched IS NULL ORDER BY ordinal DESC LIMIT 1`,
    ),
    /** What it takes to read one: from its base up to it. */
    selectCheckpointIds: exact<[session: bigint, base: bigint, ordinal: bigint], bigint>(
      `SELECT id FROM checkpoint
         WHERE session = ? AND ordinal BETWEEN ? AND ? AND touched IS NULL ORDER BY ordinal`,
    ).pluck(),
    selectCheckpointEntities: exact<[checkpoint: bigint], EntityRow>(
      `${selectEntityOf("checkpoint_entity")} WHERE checkpoint = ?`,
    ),
    /** A timeline takes the place of another, and comes without tombstones of what was deleted up to its cursor. */
    endTombstones: prepare<[session: bigint]>(
      "UPDATE session SET tombstone_floor = max(tombstone_floor, cursor) WHERE id = ?",
    ),
    /** They are removed later. */
    dropCheckpoints: prepare<[session: bigint]>("UPDATE checkpoint SET touched = 0 WHERE session = ?"),
    selectTombstoneFloor: exact<[session: bigint], { readonly floor: bigint }>(
      "SELECT tombstone_floor AS floor FROM session WHERE id = ?",
    ),
    /** A row if the session has more tombstones than a number. */
    selectManyTombstones: prepare<[session: bigint, most: number], unknown>(
      "SELECT 1 FROM entity WHERE session = ? AND payload IS NULL ORDER BY last_event_ordinal DESC LIMIT 1 OFFSET ?",
    ),
    raiseTombstoneFloor: prepare<[session: bigint, count: number]>(
      `WITH given (session, count) AS (VALUES (?, ?))
       UPDATE session SET tombstone_floor = max(tombstone_floor, (SELECT max(last_event_ordinal) FROM (
         SELECT last_event_ordinal FROM entity WHERE session = (SELECT session FROM given) AND payload IS NULL
         ORDER BY last_event_ordinal LIMIT (SELECT count FROM given))))
       WHERE id = (SELECT session FROM given)`,
    ),
    deleteTombstones: prepare<[session: bigint, count: number]>(
      `DELETE FROM entity WHERE rowid IN (SELECT rowid FROM entity WHERE session = ? AND payload IS NULL
         ORDER BY last_event_ordinal LIMIT ?)`,
    ),
    insertError: prepare<[session: bigint, step: string, ordinal: bigint, name: string, message: string, time: number]>(
      "INSERT OR REPLACE INTO error (session, step, ordinal, name, message, time) VALUES (?, ?, ?, ?, ?, ?)",
    ),
    deleteErrors: prepare<[session: bigint, after: bigint, to: bigint, step: string]>(
      "DELETE FROM error WHERE session = ? AND ordinal > ? AND ordinal <= ? AND step = ?",
    ),
    selectErrors: exact<[session: bigint, after: bigint, limit: number], ErrorRow>(
      `WITH given (session, above, size) AS (VALUES (?, ?, ?)),
         page (last) AS (SELECT max(ordinal) FROM (SELECT DISTINCT ordinal FROM error JOIN given USING (session)
           WHERE ordinal > above ORDER BY ordinal LIMIT (SELECT size FROM given)))
       SELECT step, ordinal, name, ${whole("message")} AS message, time FROM error JOIN given USING (session) JOIN page
       WHERE ordinal > above AND ordinal <= last ORDER BY ordinal, step`,
    ),
    insertDescriptor: prepare<
      [mark: string, name: string, version: number, hash: string, type: string, descriptor: Uint8Array]
    >("INSERT OR IGNORE INTO descriptor (mark, name, version, hash, type, descriptor) VALUES (?, ?, ?, ?, ?, ?)"),
    selectDescriptors: prepare<[], DescriptorRow>(
      "SELECT mark, name, version, hash, type, descriptor FROM descriptor ORDER BY mark, name, version, hash",
    ),
    selectEventNames: column<[], string>("SELECT DISTINCT name FROM descriptor WHERE mark = 'event' ORDER BY name"),
    insertMove: prepare<[session: bigint, batch: string]>("INSERT INTO move (session, batch) VALUES (?, ?)"),
    /** Looks among the newest events only: whoever asks has just committed. */
    selectBatch: prepare<[sessionId: string, batch: string], unknown>(
      `WITH given (session_id, batch) AS (VALUES (?, ?)),
         asked (session, batch) AS (SELECT id, batch FROM session JOIN given USING (session_id))
       SELECT 1 FROM asked WHERE EXISTS (SELECT 1 FROM move WHERE move.session = asked.session AND move.batch = asked.batch)
         OR batch IN (SELECT batch FROM event WHERE event.session = asked.session ORDER BY ordinal DESC LIMIT 10000)`,
    ),
    selectNewest: prepare<[], Newest>(
      `SELECT (SELECT ifnull(max(rowid), 0) FROM event) AS event, (SELECT ifnull(max(id), 0) FROM move) AS move`,
    ),
    selectMoved: prepare<[event: number, move: number], MovedRow>(
      `SELECT ${whole("session_id")} AS sessionId, revision FROM session_head WHERE id IN (
         SELECT session FROM event WHERE rowid > ? UNION SELECT session FROM move WHERE id > ?)
         AND id NOT IN (SELECT session FROM hidden)`,
    ),
    /** The ids of sessions that were deleted, "" for those that were deleted a while ago. */
    selectGone: column<[move: number], WholeText>(`SELECT ${whole("batch")} FROM move WHERE id > ? AND session = 0`),
  };
}
