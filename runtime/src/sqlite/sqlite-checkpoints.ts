import { SessionstreamError } from "../base/errors.js";
import { nextTurn } from "../base/turns.js";
import { checkpointWrittenWithin, type NewCheckpoint, writtenCheckpoint } from "../store/checkpoint.js";
import { sizeOf } from "../store/row-size.js";
import { isCheckpointOf } from "../store/rules.js";
import type { Store } from "../store/store.js";
import type { Checkpoint, StoredEntity } from "../store/stored.js";
import type { Database } from "./driver/driver.js";
import { toCheckpoint, toSession } from "./rows.js";
import type { EntityColumns, Statements } from "./statements.js";
import type { Transactions } from "./transactions.js";

/** How many rows are removed in one piece. */
const rowsAtOnce = 200;

/** What came of beginning to write a checkpoint. */
interface Begun {
  /** Its row. Undefined if it is not to be written. */
  readonly id: bigint | undefined;
  readonly newest: Checkpoint | undefined;
}

/**
 * Writes the checkpoints of a file, in pieces, between which others write, and removes those that are of no use: of
 * timelines that were replaced, or that nobody writes any more.
 */
export class SqliteCheckpoints {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #rows: Pick<Statements, "selectSession" | "selectCheckpoint">;
  readonly #transactions: Transactions;
  #removing: Promise<void> | undefined;
  readonly #writing = new Set<Promise<unknown>>();
  #isClosing = false;

  constructor(database: Database, rows: Statements, transactions: Transactions) {
    this.#sql = prepare(database);
    this.#rows = rows;
    this.#transactions = transactions;
  }

  /** What a store promises of `writeCheckpoint`. */
  async write(...given: Parameters<Store["writeCheckpoint"]>): Promise<Checkpoint | undefined> {
    const writing = this.#write(...given);
    this.#writing.add(writing);
    try {
      return await writing;
    } finally {
      this.#writing.delete(writing);
    }
  }

  /** Abandons what is being written. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.allSettled([...this.#writing, this.#removing]);
  }

  async #write(
    sessionId: string,
    given: NewCheckpoint,
    parts: AsyncIterable<readonly StoredEntity[]>,
  ): Promise<Checkpoint | undefined> {
    await this.remove();
    this.#checkOpen();
    const { id, newest } = await this.#transactions.writeBeside(() => this.#begin(sessionId, given), false);
    if (id === undefined) return newest;
    try {
      let bytes = 0;
      for await (const part of parts) {
        this.#checkOpen();
        bytes += sizeOf(part);
        await this.#transactions.writeBeside(() => this.#add(id, part), false);
        await nextTurn();
      }
      return await this.#transactions.writeBeside(() => this.#end(sessionId, given, id, bytes), false);
    } catch (thrown) {
      // What fails here, whoever writes the next one does.
      await this.#transactions.writeBeside(() => this.#sql.abandon.run(id), false).catch(() => {});
      throw thrown;
    }
  }

  /** Removes in the background what a program left that did not come to its end. */
  resume(): void {
    if (this.#useless() !== undefined) this.remove().catch(() => {});
  }

  /** Removes those that are of no use, with their entities. */
  remove(): Promise<void> {
    this.#removing = (this.#removing ?? Promise.resolve()).catch(() => {}).then(() => this.#remove());
    return this.#removing;
  }

  async #remove(): Promise<void> {
    while (!this.#isClosing) {
      const id = await this.#transactions.readOne(() => this.#useless());
      if (id === undefined) return;
      await this.#transactions.writeBeside(() => {
        if (this.#sql.deleteEntities.run(id, rowsAtOnce).changes === 0) this.#sql.deleteCheckpoint.run(id);
      }, false);
      await nextTurn();
    }
  }

  #useless(): bigint | undefined {
    return this.#sql.selectUseless.get(Date.now() - checkpointWrittenWithin);
  }

  #checkOpen(): void {
    if (this.#isClosing) throw new SessionstreamError("CLOSED", "the store is closed");
  }

  #begin(sessionId: string, given: NewCheckpoint): Begun {
    const { ordinal, after } = given;
    const session = this.#rows.selectSession.get(sessionId);
    if (session === undefined || !isCheckpointOf(given, toSession(session)))
      return { id: undefined, newest: undefined };
    const row = this.#rows.selectCheckpoint.get(session.id, ordinal);
    const newest = row && toCheckpoint(row);
    const isWritten = this.#sql.selectUnfinished.get(session.id) !== undefined;
    if (isWritten || (newest?.ordinal ?? 0n) !== after) return { id: undefined, newest };
    const { lastInsertRowid: id } = this.#sql.insert.run(session.id, ordinal, Date.now());
    return { id: BigInt(id), newest };
  }

  #add(id: bigint, part: readonly StoredEntity[]): void {
    // One that was taken for abandoned is gone: its maker finds out at the end.
    if (this.#sql.touch.run(Date.now(), id).changes === 0) return;
    for (const { kind, id: entity, createdOrdinal, position, lastEventOrdinal, type, payload } of part) {
      this.#sql.insertEntity.run(id, kind, entity, createdOrdinal, position, lastEventOrdinal, type, payload ?? null);
    }
  }

  #end(sessionId: string, given: NewCheckpoint, id: bigint, bytes: number): Checkpoint | undefined {
    const session = this.#rows.selectSession.get(sessionId);
    const row = session && this.#rows.selectCheckpoint.get(session.id, given.ordinal);
    const below = row && toCheckpoint(row);
    const isOfTimeline = isCheckpointOf(given, session && toSession(session));
    const isFit = isOfTimeline && (below?.ordinal ?? 0n) === given.after;
    const made = writtenCheckpoint(given, bytes, below);
    const { base, baseBytes, addedBytes } = made;
    if (isFit && this.#sql.finish.run(base, bytes, baseBytes, addedBytes, id).changes > 0) return made;
    this.#sql.abandon.run(id);
    return isOfTimeline ? below : undefined;
  }
}

function prepare(database: Database) {
  return {
    insert: database.prepare<[session: bigint, ordinal: bigint, touched: number]>(
      `INSERT INTO checkpoint (session, ordinal, base, bytes, base_bytes, added_bytes, touched)
         VALUES (?, ?, 0, 0, 0, 0, ?)`,
    ),
    insertEntity: database.prepare<[checkpoint: bigint, ...EntityColumns]>(
      `INSERT INTO checkpoint_entity (checkpoint, kind, id, created_ordinal, position, last_event_ordinal, type, payload)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    touch: database.prepare<[touched: number, id: bigint]>(
      "UPDATE checkpoint SET touched = ? WHERE id = ? AND touched > 0",
    ),
    abandon: database.prepare<[id: bigint]>("UPDATE checkpoint SET touched = 0 WHERE id = ? AND touched IS NOT NULL"),
    finish: database.prepare<[base: bigint, bytes: number, baseBytes: number, addedBytes: number, id: bigint]>(
      `UPDATE checkpoint SET base = ?, bytes = ?, base_bytes = ?, added_bytes = ?, touched = NULL
         WHERE id = ? AND touched > 0`,
    ),
    selectUnfinished: database.prepare<[session: bigint], unknown>(
      "SELECT 1 FROM checkpoint WHERE session = ? AND touched > 0",
    ),
    selectUseless: database
      .prepare<[untouchedSince: number], bigint>("SELECT id FROM checkpoint WHERE touched < ? LIMIT 1")
      .safeIntegers()
      .pluck(),
    deleteEntities: database.prepare<[checkpoint: bigint, limit: number]>(
      `DELETE FROM checkpoint_entity WHERE rowid IN
         (SELECT rowid FROM checkpoint_entity WHERE checkpoint = ? LIMIT ?)`,
    ),
    deleteCheckpoint: database.prepare<[id: bigint]>("DELETE FROM checkpoint WHERE id = ?"),
  };
}
