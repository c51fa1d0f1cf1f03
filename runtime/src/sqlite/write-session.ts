import { SessionstreamError } from "../base/errors.js";
import { nextTurn } from "../base/turns.js";
import { sessionExists, sessionMissing } from "../store/rules.js";
import type { SessionPart, WholeSession } from "../store/session-part.js";
import type { Database } from "./driver/driver.js";
import { metaText } from "./rows.js";
import type { SqliteDeletions } from "./sqlite-deletions.js";
import type { SqliteKeys } from "./sqlite-keys.js";
import type { SqliteRuns } from "./sqlite-runs.js";
import type { Statements } from "./statements.js";
import type { Transactions } from "./transactions.js";

type Rows = Pick<Statements, "insertEvent" | "insertError" | "insertMove">;

/**
 * Writes sessions whole, in pieces, between which others write. Until the last one, the session is hidden; should it not
 * come that far, its rows are removed like those of a deleted session.
 */
export class SessionWriter {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #rows: Rows;
  readonly #transactions: Transactions;
  readonly #deletions: SqliteDeletions;
  readonly #keys: SqliteKeys;
  readonly #runs: SqliteRuns;

  constructor(
    database: Database,
    rows: Rows,
    transactions: Transactions,
    deletions: SqliteDeletions,
    keys: SqliteKeys,
    runs: SqliteRuns,
  ) {
    this.#sql = prepare(database);
    this.#rows = rows;
    this.#transactions = transactions;
    this.#deletions = deletions;
    this.#keys = keys;
    this.#runs = runs;
  }

  async write(sessionId: string, parts: AsyncIterable<SessionPart>, replace: boolean): Promise<void> {
    const name = `written ${crypto.randomUUID()}`;
    const row = await this.#transactions.write(() => this.#begin(sessionId, name, replace), false);
    let session: WholeSession | undefined;
    try {
      for await (const part of parts) {
        if (part.is === "session") session = part.session;
        else await this.#transactions.write(() => this.#add(row, name, part), false);
        await nextTurn();
      }
      const whole = session;
      if (whole === undefined) throw sessionMissing(sessionId);
      await this.#transactions.write(() => this.#end(row, name, sessionId, whole, replace), true);
    } catch (thrown) {
      // What fails here, whoever opens the file later does.
      await this.#transactions.write(() => this.#sql.abandon.run(row), false).catch(() => {});
      await this.#deletions.remove().catch(() => {});
      throw thrown;
    }
  }

  #begin(sessionId: string, name: string, replace: boolean): bigint {
    this.#checkFree(sessionId, replace);
    const row = this.#sql.insertSession.run(name).lastInsertRowid as bigint;
    this.#sql.insertHidden.run(row, Date.now());
    return row;
  }

  #add(row: bigint, name: string, part: Exclude<SessionPart, { readonly is: "session" }>): void {
    this.#touch(row);
    if (part.is === "events") {
      for (const { ordinal, previous = null, name, version, type, payload, time, meta } of part.events) {
        const from = meta === undefined ? null : metaText(meta);
        // Nobody asks for the batch of an event, or for the revision with it, of a session that begins in its first.
        this.#rows.insertEvent.run(row, ordinal, previous, name, version, type, payload, time, from, null, null, null);
      }
    } else if (part.is === "errors") {
      for (const { step, ordinal, name, message, time } of part.errors) {
        this.#rows.insertError.run(row, step, ordinal, name, message, time);
      }
    } else if (part.is === "keys") {
      for (const key of part.keys) this.#keys.addDone(name, key);
    } else {
      for (const run of part.runs) this.#runs.write(row, { ...run, owner: undefined });
    }
  }

  #end(row: bigint, name: string, sessionId: string, session: WholeSession, replace: boolean): void {
    this.#touch(row);
    this.#checkFree(sessionId, replace);
    if (this.#sql.selectId.get(sessionId) !== undefined) this.#deletions.hideWithin(sessionId);
    const { metadata, ordinal, failedAt = null, epoch } = session;
    this.#sql.nameSession.run(sessionId, JSON.stringify(metadata), ordinal, failedAt, epoch, row);
    // Keys that somebody has claimed meanwhile stay theirs.
    this.#sql.nameKeys.run(sessionId, name);
    this.#sql.deleteKeys.run(name);
    this.#sql.show.run(row);
    // So that those who watch the file hear of it.
    this.#rows.insertMove.run(row, crypto.randomUUID());
  }

  #checkFree(sessionId: string, replace: boolean): void {
    if (!replace && this.#sql.selectId.get(sessionId) !== undefined) throw sessionExists(sessionId);
  }

  #touch(row: bigint): void {
    if (this.#sql.touch.run(Date.now(), row).changes > 0) return;
    throw new SessionstreamError(
      "STORE_FAILED",
      "a session that was being written was taken for abandoned, as nothing came for ten minutes: write it again",
    );
  }
}

function prepare(database: Database) {
  return {
    selectId: database.prepare<[sessionId: string], unknown>("SELECT id FROM session WHERE session_id = ?"),
    insertSession: database
      .prepare<[name: string]>(
        "INSERT INTO session (session_id, metadata, revision, ordinal, cursor, epoch) VALUES (?, '{}', 1, 0, 0, '')",
      )
      .safeIntegers(),
    insertHidden: database.prepare<[session: bigint, touched: number]>(
      "INSERT INTO hidden (session, touched) VALUES (?, ?)",
    ),
    touch: database.prepare<[touched: number, session: bigint]>(
      "UPDATE hidden SET touched = ? WHERE session = ? AND touched IS NOT NULL",
    ),
    abandon: database.prepare<[session: bigint]>("UPDATE hidden SET touched = NULL WHERE session = ?"),
    show: database.prepare<[session: bigint]>("DELETE FROM hidden WHERE session = ?"),
    nameSession: database.prepare<
      [sessionId: string, metadata: string, ordinal: bigint, failedAt: bigint | null, epoch: string, session: bigint]
    >("UPDATE session SET session_id = ?, metadata = ?, ordinal = ?, failed_at = ?, epoch = ? WHERE id = ?"),
    nameKeys: database.prepare<[sessionId: string, name: string]>(
      "UPDATE OR IGNORE key SET session_id = ? WHERE session_id = ?",
    ),
    deleteKeys: database.prepare<[name: string]>("DELETE FROM key WHERE session_id = ?"),
  };
}
