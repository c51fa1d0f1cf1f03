import { statSync } from "node:fs";
import { createRequire } from "node:module";
import type Database from "better-sqlite3";
import { messageOf, SessionstreamError } from "../base/errors.js";
import { aBoolean, checkOptions, invalidOption, oneOf } from "../base/option.js";
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
 * Opens a file, or a database in memory for ":memory:".
 * @throws INVALID_OPTION, DRIVER_MISSING, STORE_INCOMPATIBLE or STORE_FAILED.
 */
export function openDatabase(path: string, options: SqliteStoreOptions): Database.Database {
  if (typeof path !== "string" || path === "") {
    throw invalidOption("SQLite store", "path", path, 'the path of a file or ":memory:"');
  }
  checkOptions("SQLite store", options, { readonly: aBoolean, synchronous: oneOf("full", "normal") });
  const Driver = loadDriver();
  const { readonly = false, synchronous = "full" } = options;
  let database: Database.Database | undefined;
  try {
    if (!readonly && hasCommitsBeside(path)) checkUntouched(new Driver(path, { readonly: true }));
    database = new Driver(path, { readonly, fileMustExist: readonly });
    // Another process may hold the file for the length of a commit.
    database.pragma("busy_timeout = 5000");
    if (readonly) {
      checkVersion(database);
    } else {
      // Before anything is written: a file of something else stays as it is.
      checkOurs(database);
      enterWal(database);
      database.pragma(`synchronous = ${synchronous}`);
      database.pragma("foreign_keys = ON");
      migrate(database);
    }
    // From now on, whoever waits does not hold the event loop: see whileBusy.
    database.pragma("busy_timeout = 2");
    return database;
  } catch (thrown) {
    database?.close();
    if (thrown instanceof SessionstreamError) throw thrown;
    const reason = messageOf(thrown);
    if (reason.startsWith("Could not locate the bindings file")) {
      throw new SessionstreamError(
        "DRIVER_MISSING",
        "better-sqlite3 is installed without its native part: npm rebuild better-sqlite3",
        { cause: thrown },
      );
    }
    throw new SessionstreamError("STORE_FAILED", `cannot open SQLite file "${path}": ${reason}`, { cause: thrown });
  }
}

/** Whether a process that was killed has left commits beside the file, or another one has it open. */
function hasCommitsBeside(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/**
 * Who closes a file moves what is beside it into it, unless they can only read: a file that is
 * not ours is to stay as it is.
 */
function checkUntouched(database: Database.Database): void {
  try {
    checkOurs(database);
  } finally {
    database.close();
  }
}

/**
 * For this one change SQLite does not wait for other processes, whatever
 * busy_timeout says: those that open a new file at the same moment would fail.
 */
function enterWal(database: Database.Database): void {
  for (let attempt = 1; ; attempt++) {
    try {
      database.pragma("journal_mode = WAL");
      return;
    } catch (thrown) {
      const isBusy = thrown instanceof Error && "code" in thrown && thrown.code === "SQLITE_BUSY";
      if (!isBusy || attempt === 500) throw thrown;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

function loadDriver(): typeof Database {
  try {
    return createRequire(import.meta.url)("better-sqlite3") as typeof Database;
  } catch (thrown) {
    throw new SessionstreamError(
      "DRIVER_MISSING",
      `the SQLite store needs the package better-sqlite3: npm install better-sqlite3 (${messageOf(thrown).split("\n")[0]})`,
      { cause: thrown },
    );
  }
}
