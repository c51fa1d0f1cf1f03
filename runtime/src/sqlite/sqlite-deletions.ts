import { setTimeout as sleep } from "node:timers/promises";
import { nextTurn } from "../base/turns.js";
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
  /** How far the commits without events were looked through, by sign: the row of a session may be given to another. */
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

  /** Ends what was begun, once those who watch had time to read which sessions it was. */
  async close(): Promise<void> {
    if (this.#timer === undefined) return;
    await sleep(Math.max(this.#lastMarked + toldWithin - performance.now(), 0));
    await this.end();
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
    const isOver = () => performance.now() - begun > pieceTime;
    const hidden = this.#hidden();
    for (const { session } of hidden) while (this.#removeRows(session)) if (isOver()) return true;
    while (this.#removeMoves(hidden)) if (isOver()) return true;
    return false;
  }

  /** Whether more than a few rows were left, of which it removes some. */
  #isMuch(row: HiddenRow): boolean {
    return (this.#removeRows(row.session) && this.#removeRows(row.session)) || this.#hasMoves(row);
  }

  /** Returns whether it removed any. */
  #removeRows(session: number): boolean {
    return this.#sql.deleteRows.some((sql) => sql.run(session, rowsAtOnce).changes > 0);
  }

  /**
   * Removes some of all sessions at once, as they have no index by session: only a deletion would need it. Returns whether it
   * looked at any.
   */
  #removeMoves(hidden: readonly HiddenRow[]): boolean {
    // Other processes may have come to the end of some.
    const all = new Set(hidden.map(({ sign }) => sign));
    for (const sign of this.#looked.keys()) if (!all.has(sign)) this.#looked.delete(sign);
    const signs = hidden.filter((row) => this.#hasMoves(row)).map(({ sign }) => sign ?? 0);
    if (signs.length === 0) return false;
    const last = signs.reduce((one, other) => Math.max(one, other));
    const from = signs.reduce((least, sign) => Math.min(least, this.#looked.get(sign) ?? 0), last);
    const to = Math.min(from + movesAtOnce, last);
    this.#sql.deleteMoves.run(from, to);
    for (const sign of signs) this.#looked.set(sign, Math.max(this.#looked.get(sign) ?? 0, to));
    return true;
  }

  /** Whether commits without events are left that were not looked through. All are before the sign. */
  #hasMoves({ sign }: HiddenRow): boolean {
    return sign !== null && (this.#looked.get(sign) ?? 0) < sign;
  }

  /** The end of all deletions of which only the last traces are left. */
  #finish(): void {
    for (const row of this.#hidden()) {
      const { session, sign } = row;
      // Of those that others may have hidden just now, there is more.
      if (this.#isMuch(row)) continue;
      if (sign !== null) this.#sql.blankSign.run(sign);
      // Others find what is new by the number of the newest event: the number must not be given to another one.
      if (this.#sql.blankNewest.run(session).changes > 0) {
        this.#sql.setTold.run(session);
        continue;
      }
      this.#sql.deleteHidden.run(session);
      this.#sql.deleteSession.run(session);
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
      database.prepare<[session: number, limit: number]>(
        `DELETE FROM checkpoint_entity WHERE rowid IN (SELECT checkpoint_entity.rowid FROM checkpoint
           JOIN checkpoint_entity ON checkpoint = checkpoint.id WHERE session = ? LIMIT ?)`,
      ),
      deleteOf("checkpoint"),
      // Of one that was being written.
      database.prepare<[session: number, limit: number]>(
        `DELETE FROM key WHERE (session_id, space, key) IN (SELECT session_id, space, key FROM key
           WHERE session_id = (SELECT session_id FROM session WHERE id = ?) LIMIT ?)`,
      ),
      deleteOf("event", "AND rowid < (SELECT max(rowid) FROM event)"),
    ],
    deleteMoves: database.prepare<[after: number, to: number]>(
      "DELETE FROM move WHERE id > ? AND id <= ? AND session IN (SELECT session FROM hidden WHERE sign IS NOT NULL)",
    ),
    blankNewest: database.prepare<[session: number]>(
      `UPDATE event SET previous = NULL, name = '', type = '', payload = x'', time = 0, meta = NULL, batch = NULL, claim = NULL
       WHERE rowid = (SELECT max(rowid) FROM event) AND session = ?`,
    ),
  };
}
