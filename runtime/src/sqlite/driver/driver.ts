// What is used of an SQLite driver: it has the shape of better-sqlite3, and other drivers are given it.

/** A driver that can be used here. */
export interface Driver {
  readonly name: "better-sqlite3" | "node:sqlite";
  /** Opens a file, or a database in memory for ":memory:". With `readonly`, the file must be there. */
  open(path: string, options?: { readonly readonly?: boolean }): Database;
  /**
   * Copies a database to a file, some pages at a time, between which others have their turn. Undefined where the driver
   * cannot. `onStep` is called between.
   */
  readonly backup:
    | ((database: Database, path: string, pages: number, onStep: OnBackupStep) => Promise<void>)
    | undefined;
}

/** Told how many pages a database has, and how many are still to be copied. */
export type OnBackupStep = (step: { readonly totalPages: number; readonly remainingPages: number }) => void;

/** A connection. Integers are read as numbers unless a statement says otherwise. */
export interface Database {
  /** The path that it was opened with. */
  readonly name: string;
  /** Whether it is a database in memory. */
  readonly memory: boolean;
  /** Whether it is not closed. */
  readonly open: boolean;
  prepare<Bind extends unknown[] = unknown[], Row = unknown>(sql: string): PreparedStatement<Bind, Row>;
  /** Runs statements that take and return nothing. */
  exec(sql: string): unknown;
  /** Runs a PRAGMA, and returns the first column of its first row. */
  pragma(source: string, options: { readonly simple: true }): unknown;
  /** Wraps work in a transaction: where it throws, nothing of it stays. */
  transaction<Args extends unknown[], Result>(work: (...args: Args) => Result): Transaction<Args, Result>;
  /** A second call does nothing. */
  close(): unknown;
}

/** A statement as it is used. */
export interface Statement<Bind extends unknown[], Row = unknown> {
  run(...bind: Bind): Changes;
  get(...bind: Bind): Row | undefined;
  all(...bind: Bind): Row[];
  iterate(...bind: Bind): IterableIterator<Row>;
}

/** A statement that can be told how to read. */
export interface PreparedStatement<Bind extends unknown[], Row> extends Statement<Bind, Row> {
  /** Reads integers as bigints. */
  safeIntegers(): this;
  /** Reads the first column of each row, instead of the row. */
  pluck(): this;
}

/** What a statement changed. */
export interface Changes {
  /** How many rows. */
  readonly changes: number;
  /** A bigint where the statement reads bigints. */
  readonly lastInsertRowid: number | bigint;
}

/** Work in a transaction. */
export interface Transaction<Args extends unknown[], Result> {
  /** Locks nothing before it has to. */
  deferred(...args: Args): Result;
  /** Waits until it alone may write. */
  immediate(...args: Args): Result;
}
