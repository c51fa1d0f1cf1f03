import type { RunOwner } from "../store/stored-run.js";
import type { Database } from "./driver/driver.js";

/** The processes that share a file and have claims or runs. Each call is within a transaction. */
export class SqliteProcesses {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#sql = prepare(database);
  }

  /** A process has claims or runs. Returns whether it counts as alive only from now on. */
  know(process: string): boolean {
    return this.#sql.insert.run(process).changes > 0;
  }

  /** Returns whether the process counted as alive until now. */
  beat(process: string): boolean {
    if (this.#sql.beat.run(process).changes > 0) return true;
    this.#sql.insertBeaten.run(process);
    return false;
  }

  leave(process: string): void {
    this.#sql.delete.run(process);
  }

  bury({ process, beat }: RunOwner): void {
    this.#sql.deleteAt.run(process, beat);
  }
}

function prepare(database: Database) {
  return {
    insert: database.prepare<[process: string]>("INSERT OR IGNORE INTO process (id, beat) VALUES (?, 0)"),
    insertBeaten: database.prepare<[process: string]>("INSERT INTO process (id, beat) VALUES (?, 1)"),
    beat: database.prepare<[process: string]>("UPDATE process SET beat = beat + 1 WHERE id = ?"),
    delete: database.prepare<[process: string]>("DELETE FROM process WHERE id = ?"),
    deleteAt: database.prepare<[process: string, beat: number]>("DELETE FROM process WHERE id = ? AND beat = ?"),
  };
}
