import type { JsonObject } from "@bufbuild/protobuf";
import type { Database, Transaction } from "better-sqlite3";
import { messageOf, SessionstreamError } from "../base/errors.js";
import { compareEntities } from "../store/entity-order.js";
import { checkBatch, checkSameEvent, checkSameWork } from "../store/rules.js";
import {
  defaultLimit,
  type EventRange,
  type LoadOptions,
  type RecordedStep,
  type SessionBatch,
  type SessionRange,
  type Store,
  type StoredEntity,
  type StoredError,
  type StoredEvent,
  type StoredKey,
  type StoredSession,
  type StoredTimeline,
} from "../store/store.js";
import { openDatabase, type SqliteStoreOptions } from "./open.js";
import { type EntityRow, type EventRow, prepareStatements, type SessionRow, type Statements } from "./statements.js";

export type { SqliteStoreOptions } from "./open.js";

/**
 * Keeps sessions in an SQLite file, through better-sqlite3. Several processes may use one
 * file. ":memory:" is a database in memory, which ends with the store.
 * @throws INVALID_OPTION, DRIVER_MISSING, STORE_INCOMPATIBLE if the file is not one of
 * ours or a newer release wrote it, or STORE_FAILED if the file cannot be opened.
 *
 * @example
 * ```ts
 * const hub = new Hub({ features, store: sqliteStore("chat.db") });
 * ```
 */
export function sqliteStore(path: string, options: SqliteStoreOptions = {}): Store {
  return new SqliteStore(openDatabase(path, options));
}

class SqliteStore implements Store {
  readonly #database: Database;
  readonly #sql: Statements;
  readonly #writeAll: Transaction<(batches: readonly SessionBatch[]) => (Error | undefined)[]>;

  constructor(database: Database) {
    this.#database = database;
    this.#sql = prepareStatements(database);
    this.#writeAll = database.transaction((batches) => batches.map((batch) => this.#write(batch)));
  }

  async sessions({ after = "", limit = defaultLimit }: SessionRange = {}): Promise<readonly string[]> {
    return this.#read(() => this.#sql.selectSessionIds.all(after, limit).map(({ id }) => id));
  }

  async session(sessionId: string): Promise<StoredSession | undefined> {
    const row = this.#read(() => this.#sql.selectSession.get(sessionId));
    return row && toSession(row);
  }

  async load(sessionId: string, { changedAfter }: LoadOptions = {}): Promise<StoredTimeline | undefined> {
    return this.#read(() => {
      const row = this.#sql.selectSession.get(sessionId);
      if (row === undefined) return undefined;
      const entities =
        changedAfter === undefined
          ? this.#sql.selectEntities.all(row.id)
          : this.#sql.selectChangedEntities.all(row.id, changedAfter);
      // Sorted here, because SQLite compares text by its bytes in UTF-8.
      return { ...toSession(row), entities: entities.map(toEntity).sort(compareEntities) };
    });
  }

  async events(sessionId: string, { after = 0n, limit = defaultLimit }: EventRange = {}): Promise<StoredEvent[]> {
    return this.#read(() => {
      const session = this.#sql.selectSession.get(sessionId);
      return session === undefined ? [] : this.#sql.selectEvents.all(session.id, after, limit).map(toEvent);
    });
  }

  async key(sessionId: string, key: string): Promise<StoredKey | undefined> {
    return this.#read(() => {
      const session = this.#sql.selectSession.get(sessionId);
      return session && this.#sql.selectKey.get(session.id, key);
    });
  }

  async errors(sessionId: string): Promise<readonly StoredError[]> {
    return this.#read(() => {
      const session = this.#sql.selectSession.get(sessionId);
      const rows = session === undefined ? [] : this.#sql.selectErrors.all(session.id);
      return rows.map((row) => ({ ...row, step: row.step as RecordedStep, time: Number(row.time) }));
    });
  }

  /**
   * All batches share one transaction, and so one wait for the disk. Should a
   * write fail there, each batch is tried on its own, so that only the one to
   * blame is refused.
   */
  async commit(batches: readonly SessionBatch[]): Promise<readonly (Error | undefined)[]> {
    this.#checkOpen();
    try {
      return this.#writeAll.immediate(batches);
    } catch (thrown) {
      if (batches.length === 1) return [storeFailed(thrown)];
      return batches.map((batch) => {
        try {
          return this.#writeAll.immediate([batch])[0];
        } catch (alone) {
          return storeFailed(alone);
        }
      });
    }
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  /** Returns the refusal of a batch that does not fit; it has written nothing then. */
  #write(batch: SessionBatch): SessionstreamError | undefined {
    const id = this.#appendTo(batch);
    if (id === undefined) return this.#writeUnusual(batch);
    this.#writeRows(id, batch.events, batch);
    return undefined;
  }

  /**
   * Moves the session on where all that the rules want holds, in one statement:
   * nearly every batch appends events to a session that is as it expects.
   * Returns the session's id, or undefined where a closer look is needed.
   */
  #appendTo({ sessionId, revision, events, cursor, keys }: SessionBatch): bigint | undefined {
    if (keys.length > 0) return undefined;
    const first = events[0]?.ordinal;
    const last = events.at(-1)?.ordinal;
    if (first === undefined || last === undefined) return undefined;
    return this.#sql.appendToSession.get(last, cursor, sessionId, revision, first, cursor)?.id;
  }

  #writeUnusual(batch: SessionBatch): SessionstreamError | undefined {
    const sql = this.#sql;
    const row = sql.selectSession.get(batch.sessionId);
    try {
      checkBatch(batch, row && toSession(row));
      if (row !== undefined) {
        this.#checkKnownEvents(batch, row);
        for (const claimed of batch.keys) {
          checkSameWork(batch.sessionId, claimed, sql.selectKey.get(row.id, claimed.key));
        }
      }
    } catch (thrown) {
      if (thrown instanceof SessionstreamError) return thrown;
      throw thrown;
    }
    const fresh = row === undefined ? batch.events : batch.events.filter((event) => event.ordinal > row.ordinal);
    const ordinal = fresh.at(-1)?.ordinal ?? row?.ordinal ?? 0n;
    const id = row?.id ?? this.#insertSession(batch, ordinal);
    if (row !== undefined) sql.updateSession.run(ordinal, batch.cursor, id);
    if (batch.events.length === 0) sql.renewEpoch.run(batch.epoch, id);
    this.#writeRows(id, fresh, batch);
    return undefined;
  }

  #writeRows(id: bigint, events: readonly StoredEvent[], batch: SessionBatch): void {
    const sql = this.#sql;
    for (const event of events) {
      sql.insertEvent.run(id, event.ordinal, event.name, event.version, event.type, event.payload, event.time);
    }
    if (batch.replaceTimeline) sql.deleteEntities.run(id);
    for (const entity of batch.entities) {
      const { kind, createdOrdinal, lastEventOrdinal, type, payload } = entity;
      sql.upsertEntity.run(id, kind, entity.id, createdOrdinal, lastEventOrdinal, type, payload ?? null);
    }
    for (const error of batch.errors) {
      sql.insertError.run(id, error.step, error.ordinal, error.name, error.message, error.time);
    }
    for (const { key, fingerprint, firstOrdinal, lastOrdinal } of batch.keys) {
      sql.upsertKey.run(id, key, fingerprint, firstOrdinal, lastOrdinal);
    }
  }

  #insertSession({ sessionId, metadata, cursor, epoch }: SessionBatch, ordinal: bigint): bigint {
    const { lastInsertRowid } = this.#sql.insertSession.run(
      sessionId,
      JSON.stringify(metadata),
      ordinal,
      cursor,
      epoch,
    );
    return BigInt(lastInsertRowid);
  }

  #checkKnownEvents(batch: SessionBatch, row: SessionRow): void {
    for (const event of batch.events) {
      if (event.ordinal > row.ordinal) return;
      const [logged] = this.#sql.selectEvents.all(row.id, event.ordinal - 1n, 1);
      checkSameEvent(batch.sessionId, event, logged?.ordinal === event.ordinal ? toEvent(logged) : undefined);
    }
  }

  /** Several reads see one state of the file. */
  #read<T>(read: () => T): T {
    this.#checkOpen();
    try {
      return this.#database.transaction(read).deferred();
    } catch (thrown) {
      throw storeFailed(thrown);
    }
  }

  #checkOpen(): void {
    if (!this.#database.open) throw new SessionstreamError("CLOSED", "the store is closed");
  }
}

function storeFailed(thrown: unknown): SessionstreamError {
  return new SessionstreamError("STORE_FAILED", `SQLite failed: ${messageOf(thrown)}`, { cause: thrown });
}

function toSession(row: SessionRow): StoredSession {
  return {
    metadata: JSON.parse(row.metadata) as JsonObject,
    revision: Number(row.revision),
    ordinal: row.ordinal,
    cursor: row.cursor,
    epoch: row.epoch,
  };
}

function toEvent(row: EventRow): StoredEvent {
  return { ...row, version: Number(row.version), time: Number(row.time) };
}

function toEntity(row: EntityRow): StoredEntity {
  return row.payload === null ? { ...row, payload: undefined } : (row as StoredEntity);
}
