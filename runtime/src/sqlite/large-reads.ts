import { SessionstreamError } from "../base/errors.js";
import { sortInTurns } from "../base/sort-in-turns.js";
import { isTurnOver, nextTurn } from "../base/turns.js";
import type { StoredPast } from "../store/checkpoint.js";
import { compareEntities } from "../store/entity-order.js";
import type { StoredEntity, StoredTimeline } from "../store/stored.js";
import { whileBusy } from "./busy.js";
import type { Database } from "./driver/driver.js";
import { readLastCheckpoint, readPast } from "./read-checkpoint.js";
import { toEntity, toSession } from "./rows.js";
import { SqliteProcesses } from "./sqlite-processes.js";
import { SqliteRuns } from "./sqlite-runs.js";
import { prepareStatements, type Statements } from "./statements.js";

interface Connection {
  readonly database: Database;
  readonly sql: Statements;
  readonly runs: SqliteRuns;
}

/**
 * Reads large timelines in slices, each at one instant. A statement that is not at its end keeps all others from its
 * connection, so these have one of their own, and take turns on it. In WAL mode, it keeps nobody from writing.
 */
export class LargeReads {
  readonly #open: () => Database;
  #connection: Connection | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  /** `open` opens another connection to the file. */
  constructor(open: () => Database) {
    this.#open = open;
  }

  /** Throws CLOSED, or what SQLite throws. */
  load(sessionId: string): Promise<StoredTimeline | undefined> {
    return this.#inTurn((connection) => this.#load(connection, sessionId));
  }

  /** What the timeline was at the newest checkpoint at or below an ordinal. Throws like `load`. */
  past(sessionId: string, ordinal: bigint): Promise<StoredPast | undefined> {
    return this.#inTurn(async ({ sql }) => {
      // The first read says which instant it is.
      await whileBusy(() => sql.selectVersion.get());
      return this.#inSlices(readPast(sql, sessionId, ordinal));
    });
  }

  async #inSlices<T>(reading: Generator<undefined, T>): Promise<T> {
    for (;;) {
      const row = reading.next();
      if (row.done === true) return row.value;
      if (isTurnOver()) await nextTurn();
      this.#checkOpen();
    }
  }

  /** Resolves when nothing is read any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#last;
    this.#connection?.database.close();
  }

  /** One after the other, each in a transaction. */
  #inTurn<T>(read: (connection: Connection) => Promise<T>): Promise<T> {
    const done = this.#last.then(async () => {
      this.#checkOpen();
      this.#connection ??= this.#connect();
      const { database } = this.#connection;
      database.exec("BEGIN");
      try {
        return await read(this.#connection);
      } finally {
        database.exec("COMMIT");
      }
    });
    this.#last = done.catch(() => {});
    return done;
  }

  async #load({ sql, runs }: Connection, sessionId: string): Promise<StoredTimeline | undefined> {
    const row = await whileBusy(() => sql.selectSession.get(sessionId));
    if (row === undefined) return undefined;
    const open = runs.open(row.id);
    const checkpoint = await this.#inSlices(readLastCheckpoint(sql, row.id));
    const entities: StoredEntity[] = [];
    for (const entity of sql.selectEntities.iterate(row.id)) {
      entities.push(toEntity(entity));
      if (isTurnOver()) await nextTurn();
      this.#checkOpen();
    }
    return {
      ...toSession(row),
      entities: await sortInTurns(entities, compareEntities),
      runs: open,
      ...(checkpoint !== undefined && { checkpoint }),
    };
  }

  #connect(): Connection {
    const database = this.#open();
    database.exec("PRAGMA busy_timeout = 0");
    return {
      database,
      sql: prepareStatements(database),
      runs: new SqliteRuns(database, new SqliteProcesses(database)),
    };
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new SessionstreamError("CLOSED", "the store is closed");
  }
}
