import { nextTurn } from "../base/turns.js";
import type { Database } from "./driver/driver.js";
import type { Transactions } from "./transactions.js";

/** What was blanked of an identity, or deleted. */
export interface ForgottenIdentity {
  /** The events that its commands, or runs of them, published. */
  readonly events: number;
  /** The runs that it started. */
  readonly runs: number;
  /** Its idempotency keys. */
  readonly keys: number;
}

/** How many rows are looked at in one piece. */
const rowsAtOnce = 2000;

/** Blanks the id of an identity in a file, in pieces, between which others write. To do it again finds what came since. */
export async function forgetIdentity(
  database: Database,
  transactions: Transactions,
  identity: string,
): Promise<ForgottenIdentity> {
  const sql = prepare(database);
  const inPieces = async (last: number, piece: (after: number, to: number) => number): Promise<number> => {
    let changed = 0;
    for (let after = 0; after < last; after += rowsAtOnce) {
      changed += await transactions.write(() => piece(after, after + rowsAtOnce), true);
      await nextTurn();
    }
    return changed;
  };
  const lastEvent = await transactions.readOne(() => sql.lastEvent.get() ?? 0);
  const events = await inPieces(lastEvent, (after, to) => sql.blankEvents.run(after, to, identity).changes);
  const lastRun = await transactions.readOne(() => sql.lastRun.get() ?? 0);
  const runs = await inPieces(lastRun, (after, to) => sql.blankRuns.run(after, to, identity).changes);
  const keys = await transactions.write(() => sql.deleteKeys.run(`c:${identity}`).changes, true);
  return { events, runs, keys };
}

function prepare(database: Database) {
  const blank = (table: string, column: string) =>
    database.prepare<[after: number, to: number, identity: string]>(
      `UPDATE ${table} SET ${column} = json_remove(${column}, '$.identity')
       WHERE rowid > ? AND rowid <= ? AND ${column} IS NOT NULL AND json_extract(${column}, '$.identity') = ?`,
    );
  const last = (table: string) => database.prepare<[], number | null>(`SELECT max(rowid) FROM ${table}`).pluck();
  return {
    lastEvent: last("event"),
    lastRun: last("run"),
    blankEvents: blank("event", "meta"),
    blankRuns: blank("run", "started_by"),
    // Those of work that is going on are needed until it is done.
    deleteKeys: database.prepare<[space: string]>(
      "DELETE FROM key WHERE space = ? AND (token IS NULL OR process NOT IN (SELECT id FROM process))",
    ),
  };
}
