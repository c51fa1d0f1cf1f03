import { isSessionstreamError, messageOf, SessionstreamError } from "../base/errors.js";
import { FileBusy, isBusy, whileBusy } from "./busy.js";
import type { Database, Transaction } from "./driver/driver.js";
import { checkStillNewest } from "./migrations.js";
import { OpenedFile } from "./opened-file.js";
import type { Statements } from "./statements.js";

/**
 * Reads and writes of a file. Each throws CLOSED once it is closed, STORE_FAILED where SQLite fails,
 * and STORE_LOST once a write has found out that the file is not at its path any more.
 */
export class Transactions {
  readonly #database: Database;
  readonly #file: OpenedFile;
  readonly #synchronous: "full" | "normal";
  readonly #readAll: Transaction<[read: () => unknown], unknown>;
  readonly #writeAll: Transaction<[work: () => unknown], unknown>;
  /** Of what other connections have committed (https://www.sqlite.org/pragma.html#pragma_data_version). */
  #dataVersion: number | undefined;
  #generation = 0;

  constructor(
    database: Database,
    synchronous: "full" | "normal",
    { selectVersion, selectDataVersion }: Pick<Statements, "selectVersion" | "selectDataVersion">,
  ) {
    this.#database = database;
    this.#file = new OpenedFile(database);
    this.#synchronous = synchronous;
    this.#readAll = database.transaction((read: () => unknown) => read());
    this.#writeAll = database.transaction((work: () => unknown) => {
      const dataVersion = selectDataVersion.get();
      if (dataVersion !== this.#dataVersion) {
        checkStillNewest(database, selectVersion.get() ?? 0);
        this.#dataVersion = dataVersion;
        this.#generation++;
      }
      return work();
    });
  }

  /**
   * Changes whenever sessions may stand elsewhere than those who wrote them in this process remember: after each write of
   * another connection, after one that failed, and after those of this connection that do not say that they leave sessions
   * as they are.
   */
  get generation(): number {
    return this.#generation;
  }

  /** Several statements see one state of the file. */
  read<T>(read: () => T): Promise<T> {
    return this.readOne(() => this.#readAll.deferred(read) as T);
  }

  /** A single statement needs no transaction. */
  async readOne<T>(read: () => T): Promise<T> {
    this.checkOpen();
    try {
      return await whileBusy(read);
    } catch (thrown) {
      throw storeFailed(thrown);
    }
  }

  /** Writes batches, whose writer knows where the sessions stand after it. Waits for the disk. Throws what SQLite throws. */
  writeBatches<T>(write: () => T): T | Promise<T> {
    return whileBusy(() => this.#write(write));
  }

  /** Waits for the disk only where it has to. */
  write<T>(write: () => T, isDurable: boolean): Promise<T> {
    return this.writeBeside(() => {
      this.#generation++;
      return write();
    }, isDurable);
  }

  /** Writes what is beside the sessions: none stands elsewhere after it. Waits for the disk only where it has to. */
  async writeBeside<T>(write: () => T, isDurable: boolean): Promise<T> {
    this.checkOpen();
    const isRelaxed = !isDurable && this.#synchronous === "full";
    try {
      return await whileBusy(() => {
        // SQLite does this when it compiles the statement, so it cannot be prepared.
        if (isRelaxed) this.#database.exec("PRAGMA synchronous = NORMAL");
        try {
          return this.#write(write);
        } finally {
          if (isRelaxed) this.#database.exec("PRAGMA synchronous = FULL");
        }
      });
    } catch (thrown) {
      throw storeFailed(thrown);
    }
  }

  /**
   * Moves the write-ahead log into the file, so that no older page is left in either. Waits for those who read older pages.
   * @throws STORE_FAILED if they read for too long.
   */
  async emptyLog(): Promise<void> {
    this.checkOpen();
    try {
      await whileBusy(() => {
        // The first column is 1 where somebody is in the way.
        if (this.#database.pragma("wal_checkpoint(TRUNCATE)", { simple: true }) !== 0) throw new FileBusy();
      });
    } catch (thrown) {
      if (!isBusy(thrown)) throw storeFailed(thrown);
      throw new SessionstreamError(
        "STORE_FAILED",
        `SQLite file "${this.#database.name}" is vacuumed, but what was deleted is still on the disk, because another ` +
          "reader has the file open as it was before: vacuum again when it has ended",
        { cause: thrown },
      );
    }
  }

  checkOpen(): void {
    if (!this.#database.open) throw new SessionstreamError("CLOSED", "the store is closed");
    this.#file.check();
  }

  #write<T>(write: () => T): T {
    this.#file.check();
    try {
      const written = this.#writeAll.immediate(write) as T;
      this.#file.checkAfterCommit();
      return written;
    } catch (thrown) {
      this.#generation++;
      throw thrown;
    }
  }
}

export function storeFailed(thrown: unknown): SessionstreamError {
  if (isSessionstreamError(thrown)) return thrown;
  return new SessionstreamError("STORE_FAILED", `SQLite failed: ${messageOf(thrown)}`, { cause: thrown });
}
