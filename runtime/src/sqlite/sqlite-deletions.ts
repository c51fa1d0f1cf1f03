import { setImmediate as nextTurn } from "node:timers/promises";
import type { Database } from "./driver/driver.js";
import type { Transactions } from "./transactions.js";

/** How long those who watch the file have to read which session was deleted, in milliseconds. */
const toldWithin = 100;

/** How long rows are removed in one piece, in milliseconds. */
const pieceTime = 4;

/** How many rows are removed between two looks at the clock: their payloads may be large. */
const rowsAtOnce = 50;

/** How many commits without events are looked through at once. */
const movesAtOnce = 5000;

/** How long nothing more is written of a session that is written whole, before it is taken for abandoned, in milliseconds. */
const writtenWithin = 600_000;

interface HiddenRow {
  readonly session: number;
  /** The row by which others are told. Null once they were. */
  readonly sign: number | null;
}

/**
 * Deletes sessions from a file. One commit hides a session from all who use the file. What is left of it is then removed in
 * pieces, between which others write; after a crash, by whoever next opens the file or deletes a session.
 */
export class SqliteDeletions {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #transactions: Transactions;
  /** How far the commits without events were looked through, by session. */
  readonly #looked = new Map<number, number>();
  #removing: Promise<void> | undefined;
  #lastMarked = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(database: Database, transactions: Transactions) {
    this.#sql = prepare(database);
    this.#transactions = transactions;
  }

  /** Hides a session for good. Resolves to whether there was one. */
  async hide(sessionId: string): Promise<boolean> {
    return this.#transactions.write(() => this.hideWithin(sessionId), true);
  }

  /** Removes what is left of all deleted sessions. */
  remove(): Promise<void> {
    this.#removing = (this.#removing ?? Promise.resolve()).catch(() => {}).then(() => this.#remove());
    return this.#removing;
  }

  /** Removes what is left of the deletions of a program that did not come to their end. */
  resume(): void {
    if (this.#hidden().length > 0) this.remove().catch(() => {});
  }

  /** Tells all who watch the file that any session may have moved. */
  async tellAll(): Promise<void> {
    await this.#transactions.write(() => this.#sql.insertSign.run(""), false);
  }

  /** Nobody who watches needs to be told any more. */
  async end(): Promise<void> {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#transactions.write(() => this.#finish(), false);
  }

  /** The same within a transaction. */
  hideWithin(sessionId: string): boolean {
    this.#sql.deleteKeys.run(sessionId);
    const session = this.#sql.selectSession.get(sessionId);
    if (session === undefined) return false;
    // The row stays until nothing refers to it, under a name that nobody knows.
    this.#sql.hideSession.run(session);
    const { lastInsertRowid: sign } = this.#sql.insertSign.run(sessionId);
    this.#sql.insertHidden.run(session, Number(sign));
    this.#lastMarked = performance.now();
    return true;
  }

  async #remove(): Promise<void> {
    while (await this.#transactions.write(() => this.#removePiece(), false)) await nextTurn();
    const wait = this.#lastMarked + toldWithin - performance.now();
    if (wait <= 0) {
      await this.#transactions.write(() => this.#finish(), false);
      return;
    }
    this.#timer ??= setTimeout(() => void this.end().catch(() => {}), wait).unref();
  }

  #hidden(): HiddenRow[] {
    return this.#sql.selectAll.all(Date.now() - writtenWithin);
  }

  /** Returns whether there may be more. */
  #removePiece(): boolean {
    const begun = performance.now();
    for (const { session, sign } of this.#hidden()) {
      while (this.#removeRows(session) || this.#removeMoves(session, sign)) {
        if (performance.now() - begun > pieceTime) return true;
      }
    }
    return false;
  }

  /** Whether more than a few rows were left, of which it removes some. */
  #isMuch(session: number, sign: number | null): boolean {
    return (this.#removeRows(session) && this.#removeRows(session)) || this.#removeMoves(session, sign);
  }

  /** Returns whether it removed any. */
  #removeRows(session: number): boolean {
    return this.#sql.deleteRows.some((sql) => sql.run(session, rowsAtOnce).changes > 0);
  }

  /** Returns whether it looked at any. They have no index by session, as only a deletion would need it. */
  #removeMoves(session: number, sign: number | null): boolean {
    const from = this.#looked.get(session) ?? 0;
    if (sign === null || from >= sign) return false;
    this.#sql.deleteMoves.run(from, from + movesAtOnce, session);
    this.#looked.set(session, from + movesAtOnce);
    return true;
  }

  /** The end of all deletions of which only the last traces are left. */
  #finish(): void {
    for (const { session, sign } of this.#hidden()) {
      // Of those that others may have hidden just now, there is more.
      if (this.#isMuch(session, sign)) continue;
      if (sign !== null) this.#sql.blankSign.run(sign);
      // Others find what is new by the number of the newest event: the number must not be given to another one.
      if (this.#sql.blankNewest.run(session).changes > 0) {
        this.#sql.setTold.run(session);
        continue;
      }
      this.#sql.deleteHidden.run(session);
      this.#sql.deleteSession.run(session);
      this.#looked.delete(session);
    }
  }
}

function prepare(database: Database) {
  const deleteOf = (table: string, more = "") =>
    database.prepare<[session: number, limit: number]>(
      `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE session = ? ${more} LIMIT ?)`,
    );
  return {
    selectSession: database.prepare<[sessionId: string], number>("SELECT id FROM session WHERE session_id = ?").pluck(),
    hideSession: database.prepare<[session: number]>(
      "UPDATE session SET session_id = 'deleted ' || hex(randomblob(16)), metadata = '{}' WHERE id = ?",
    ),
    // No row is the session 0.
    insertSign: database.prepare<[sessionId: string]>("INSERT INTO move (session, batch) VALUES (0, ?)"),
    // The row stays, a few bytes: it tells those who had no time to look that a session was deleted.
    blankSign: database.prepare<[sign: number]>("UPDATE move SET batch = '' WHERE id = ? AND session = 0"),
    insertHidden: database.prepare<[session: number, sign: number]>("INSERT INTO hidden (session, sign) VALUES (?, ?)"),
    setTold: database.prepare<[session: number]>("UPDATE hidden SET sign = NULL WHERE session = ?"),
    selectAll: database.prepare<[untouchedSince: number], HiddenRow>(
      "SELECT session, sign FROM hidden WHERE touched IS NULL OR touched < ? ORDER BY session",
    ),
    deleteHidden: database.prepare<[session: number]>("DELETE FROM hidden WHERE session = ?"),
    deleteSession: database.prepare<[session: number]>("DELETE FROM session WHERE id = ?"),
    deleteKeys: database.prepare<[sessionId: string]>("DELETE FROM key WHERE session_id = ?"),
    deleteRows: [
      deleteOf("run"),
      deleteOf("entity"),
      deleteOf("error"),
      // Of one that was being written.
      database.prepare<[session: number, limit: number]>(
        `DELETE FROM key WHERE (session_id, space, key) IN (SELECT session_id, space, key FROM key
           WHERE session_id = (SELECT session_id FROM session WHERE id = ?) LIMIT ?)`,
      ),
      deleteOf("event", "AND rowid < (SELECT max(rowid) FROM event)"),
    ],
    deleteMoves: database.prepare<[after: number, to: number, session: number]>(
      "DELETE FROM move WHERE id > ? AND id <= ? AND session = ?",
    ),
    blankNewest: database.prepare<[session: number]>(
      `UPDATE event SET previous = NULL, name = '', type = '', payload = x'', time = 0, meta = NULL, batch = NULL, claim = NULL
       WHERE rowid = (SELECT max(rowid) FROM event) AND session = ?`,
    ),
  };
}
