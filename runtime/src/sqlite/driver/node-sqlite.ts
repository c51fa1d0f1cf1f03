import { createRequire } from "node:module";
import { resolve } from "node:path";
import type { Changes, Database, Driver, OnBackupStep, PreparedStatement, Transaction } from "./driver.js";

// What is used of the module node:sqlite, as far back as 22.13: later releases have more.

interface DatabaseSync {
  prepare(sql: string): StatementSync;
  exec(sql: string): void;
  close(): void;
}

interface StatementSync {
  run(...bind: unknown[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint };
  get(...bind: unknown[]): object | undefined;
  all(...bind: unknown[]): object[];
  iterate(...bind: unknown[]): IterableIterator<object>;
  setReadBigInts(isOn: boolean): void;
}

/** From Node.js 22.16 and 23.8 on. */
type Backup = (
  from: DatabaseSync,
  path: string,
  options: { readonly rate: number; readonly progress: OnBackupStep },
) => Promise<number>;

type DatabaseSyncClass = new (path: string, options: { readonly readOnly: boolean }) => DatabaseSync;

/** The module of Node.js, from 22.13 on. @throws where there is none. */
export function nodeSqlite(): Driver {
  const { DatabaseSync, backup } = createRequire(import.meta.url)("node:sqlite") as {
    readonly DatabaseSync: DatabaseSyncClass;
    readonly backup?: Backup;
  };
  return {
    name: "node:sqlite",
    open(path, { readonly = false } = {}) {
      // Otherwise a path that begins with "file:" would be a URL.
      const database = new DatabaseSync(path === ":memory:" ? path : resolve(path), { readOnly: readonly });
      return new NodeDatabase(path, database);
    },
    backup:
      backup &&
      (async (database, path, rate, progress) => {
        const totalPages = await backup((database as NodeDatabase).connection, path, { rate, progress });
        progress({ totalPages, remainingPages: 0 });
      }),
  };
}

class NodeDatabase implements Database {
  readonly name: string;
  readonly memory: boolean;
  readonly #database: DatabaseSync;
  #open = true;

  constructor(path: string, database: DatabaseSync) {
    this.name = path;
    this.memory = path === ":memory:";
    this.#database = database;
  }

  get open(): boolean {
    return this.#open;
  }

  get connection(): DatabaseSync {
    return this.#database;
  }

  prepare<Bind extends unknown[], Row>(sql: string): PreparedStatement<Bind, Row> {
    return new NodeStatement(this.#database.prepare(sql));
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  pragma(source: string): unknown {
    return this.prepare(`PRAGMA ${source}`).pluck().get();
  }

  transaction<Args extends unknown[], Result>(work: (...args: Args) => Result): Transaction<Args, Result> {
    const [deferred, immediate, commit, rollback] = ["BEGIN", "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"].map((sql) =>
      this.#database.prepare(sql),
    ) as [StatementSync, StatementSync, StatementSync, StatementSync];
    const within =
      (begin: StatementSync) =>
      (...args: Args): Result => {
        begin.run();
        try {
          const result = work(...args);
          commit.run();
          return result;
        } catch (thrown) {
          try {
            rollback.run();
          } catch {
            // After some failures, such as a full disk, SQLite has done it already.
          }
          throw thrown;
        }
      };
    return { deferred: within(deferred), immediate: within(immediate) };
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#database.close();
  }
}

class NodeStatement<Bind extends unknown[], Row> implements PreparedStatement<Bind, Row> {
  readonly #statement: StatementSync;
  #isPlucked = false;

  constructor(statement: StatementSync) {
    this.#statement = statement;
  }

  run(...bind: Bind): Changes {
    const { changes, lastInsertRowid } = this.#statement.run(...bind.map(bindable));
    return { changes: Number(changes), lastInsertRowid };
  }

  get(...bind: Bind): Row | undefined {
    const row = this.#statement.get(...bind.map(bindable));
    return row && this.#read(row);
  }

  all(...bind: Bind): Row[] {
    return this.#statement.all(...bind.map(bindable)).map((row) => this.#read(row));
  }

  *iterate(...bind: Bind): IterableIterator<Row> {
    for (const row of this.#statement.iterate(...bind.map(bindable))) yield this.#read(row);
  }

  safeIntegers(): this {
    this.#statement.setReadBigInts(true);
    return this;
  }

  pluck(): this {
    this.#isPlucked = true;
    return this;
  }

  /** Rows come without a prototype, unlike all other objects. */
  #read(row: object): Row {
    return (this.#isPlucked ? Object.values(row)[0] : { ...row }) as Row;
  }
}

/** Node.js 22 takes some arrays without bytes for NULL, such as those that it has read itself. */
function bindable(value: unknown): unknown {
  return value instanceof Uint8Array && value.length === 0 ? noBytes : value;
}

const noBytes = new Uint8Array(new ArrayBuffer(1), 0, 0);
