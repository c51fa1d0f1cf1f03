import { statSync } from "node:fs";
import { messageOf, SessionstreamError } from "../base/errors.js";
import { aBoolean, checkOptions, invalidOption, oneOf } from "../base/option.js";
import { isBusy } from "./busy.js";
import type { Database, Driver } from "./driver/driver.js";
import { checkOurs, checkVersion, migrate } from "./migrations.js";

/** How an SQLite store is opened. */
export interface SqliteStoreOptions {
  /** Refuses to write, and to create the file. */
  readonly readonly?: boolean;
  /**
   * `full` (the default) survives a loss of power. `normal` is faster. It survives the end
   * of the process, but a loss of power may take the last commits.
   */
  readonly synchronous?: "full" | "normal";
}

/**
 * Opens a file, or a database in memory for ":memory:". What is made of it may read: that is part of opening. Where that
 * fails, nothing stays open.
 * @throws INVALID_OPTION, STORE_INCOMPATIBLE or STORE_FAILED.
 */
export function openDatabase<T>(
  path: string,
  options: SqliteStoreOptions,
  driver: Driver,
  make: (database: Database) => T,
): T {
  if (typeof path !== "string" || path === "") {
    throw invalidOption("SQLite store", "path", path, 'the path of a file or ":memory:"');
  }
  checkOptions("SQLite store", options, { readonly: aBoolean, synchronous: oneOf("full", "normal") });
  const { readonly = false, synchronous = "full" } = options;
  let database: Database | undefined;
  try {
    if (!readonly && hasCommitsBeside(path)) checkUntouched(path, driver);
    database = driver.open(path, { readonly });
    database.exec(`PRAGMA busy_timeout = ${patience}`);
    if (readonly) {
      checkVersion(database, driver);
    } else {
      // Before anything is written: a file of something else stays as it is.
      checkOurs(database, driver);
      enterWal(database);
      database.exec(`PRAGMA synchronous = ${synchronous}; PRAGMA foreign_keys = ON`);
      migrate(database, driver);
    }
    const made = make(database);
    // From now on, whoever waits does not hold the event loop: see whileBusy.
    database.exec("PRAGMA busy_timeout = 0");
    return made;
  } catch (thrown) {
    database?.close();
    if (thrown instanceof SessionstreamError) throw thrown;
    const message = `cannot open SQLite file "${path}" with ${driver.name}: ${messageOf(thrown)}`;
    throw new SessionstreamError("STORE_FAILED", message, { cause: thrown });
  }
}

/** How long others may keep a file to themselves that is opened, as for a commit or a migration, in milliseconds. */
const patience = 5000;

/** Whether a process that was killed has left commits beside the file, or another one has it open. */
function hasCommitsBeside(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/**
 * Who closes a file moves what is beside it into it, unless they can only read: a file that is
 * not ours is to stay as it is.
 */
function checkUntouched(path: string, driver: Driver): void {
  const database = driver.open(path, { readonly: true });
  try {
    database.exec(`PRAGMA busy_timeout = ${patience}`);
    checkOurs(database, driver);
  } finally {
    database.close();
  }
}

/**
 * For this one change SQLite does not wait for other processes, whatever
 * busy_timeout says: those that open a new file at the same moment would fail.
 */
function enterWal(database: Database): void {
  for (let attempt = 1; ; attempt++) {
    try {
      database.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (thrown) {
      if (!isBusy(thrown) || attempt === 500) throw thrown;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}
