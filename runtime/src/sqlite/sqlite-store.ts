import { resolve } from "node:path";
import { invalidOption } from "../base/option.js";
import { nextTurn } from "../base/turns.js";
import type { SessionBatch } from "../store/batch.js";
import type { NewCheckpoint, StoredPast } from "../store/checkpoint.js";
import { compareEntities } from "../store/entity-order.js";
import type { SessionPart } from "../store/session-part.js";
import {
  type ClaimAnswer,
  type ClaimedKey,
  defaultLimit,
  type ErrorRange,
  type FreeRunRange,
  type KeyClaim,
  type MoveListener,
  type RunRange,
  type SessionRange,
  type Store,
  type StoredEventRange,
} from "../store/store.js";
import type {
  Checkpoint,
  KeyName,
  KeyOutcome,
  StoredDescriptor,
  StoredEntity,
  StoredError,
  StoredEvent,
  StoredKey,
  StoredSession,
  StoredTimeline,
} from "../store/stored.js";
import type { FreeRun, RunName, RunOwner, StoredRun } from "../store/stored-run.js";
import { type BackupOptions, backupDatabase } from "./backup.js";
import { BatchWriter } from "./batch-writer.js";
import { checkFile } from "./check.js";
import type { Database, Driver } from "./driver/driver.js";
import { loadDriver } from "./driver/load-driver.js";
import { FinishedClaims } from "./finished-claims.js";
import { type ForgottenIdentity, forgetIdentity } from "./forget-identity.js";
import { LargeReads } from "./large-reads.js";
import { openDatabase, type SqliteStoreOptions } from "./open.js";
import { readLastCheckpoint, readPast } from "./read-checkpoint.js";
import { readSession } from "./read-session.js";
import { toDescriptor, toEntity, toError, toEvent, toSession } from "./rows.js";
import { SqliteCheckpoints } from "./sqlite-checkpoints.js";
import { SqliteDeletions } from "./sqlite-deletions.js";
import { SqliteKeys } from "./sqlite-keys.js";
import { SqliteProcesses } from "./sqlite-processes.js";
import { SqliteRuns } from "./sqlite-runs.js";
import { prepareStatements, type Statements } from "./statements.js";
import { toText } from "./text.js";
import { storeFailed, Transactions } from "./transactions.js";
import { readUsage, type SessionUsage } from "./usage.js";
import { Watch } from "./watch.js";
import { SessionWriter } from "./write-session.js";

export type { SqliteStoreOptions } from "./open.js";

/** A store in an SQLite file. */
export interface SqliteStore extends Store {
  /**
   * Copies the whole file, as it is at one instant, into a new file, while it is in use. A program that is killed
   * meanwhile leaves at most a file beside it whose name ends with ".partial", and one with ".partial-journal".
   * @throws FILE_EXISTS, INVALID_OPTION, CLOSED, or STORE_FAILED, for example where the disk is full.
   */
  backup(path: string, options?: BackupOptions): Promise<void>;
  /**
   * Sessions with how much of the file each takes, a page at a time, in the order of their ids. Reads all rows of each,
   * and holds the event loop meanwhile: it is for command lines.
   */
  usage(range?: SessionRange): Promise<readonly SessionUsage[]>;
  /**
   * What is wrong with the file, in words, and nothing where all is well: damage that SQLite finds, and rows of sessions
   * that are not there. Reads the whole file, and holds the event loop meanwhile: it is for command lines.
   */
  check(): Promise<readonly string[]>;
  /**
   * Blanks the id of an identity: in where events come from, and in who started runs. Its idempotency keys are deleted,
   * but for those of work that is going on. What applications wrote of a person stays: in payloads, session ids, and the
   * metadata of sessions. Open runs and handlers that the identity started still publish under its id: repeat this once
   * they have ended.
   * @throws INVALID_OPTION.
   */
  forget(identity: string): Promise<ForgottenIdentity>;
  /**
   * Writes the file anew, so that what was deleted is gone from the disk, too, and its space is given back. Holds the
   * event loop and the file meanwhile, and needs as much free space as the file has: it is for command lines.
   * @throws STORE_FAILED, also where a program that reads keeps what was deleted on the disk for a minute.
   */
  vacuum(): Promise<void>;
}

/**
 * Keeps sessions in an SQLite file, by way of the package better-sqlite3 or, where that cannot be
 * loaded, of Node's own node:sqlite. Several processes may use one file. ":memory:" is a database
 * in memory, which ends with the store.
 * @throws INVALID_OPTION, DRIVER_MISSING, STORE_INCOMPATIBLE if the file is not one of
 * ours or a newer release wrote it, or STORE_FAILED if the file cannot be opened.
 *
 * @example
 * ```ts
 * const hub = new Hub({ features, store: sqliteStore("chat.db") });
 * ```
 */
export function sqliteStore(path: string, options: SqliteStoreOptions = {}): SqliteStore {
  return openStore(path, options, loadDriver());
}

/** Like {@link sqliteStore}, with a driver of one's choice. */
export function openStore(path: string, options: SqliteStoreOptions, driver: Driver): SqliteStore {
  return openDatabase(path, options, driver, (database) => {
    // The process may work in another folder later.
    const file = resolve(path);
    // What is in memory is not there for another connection.
    const connect = database.memory ? undefined : () => driver.open(file, { readonly: true });
    return new FileStore(database, options, driver, connect);
  });
}

/** With more entities than that, a timeline is read in slices. */
const mostAtOnce = 500;

class FileStore implements SqliteStore {
  readonly #database: Database;
  readonly #sql: Statements;
  readonly #transactions: Transactions;
  readonly #processes: SqliteProcesses;
  readonly #keys: SqliteKeys;
  readonly #runs: SqliteRuns;
  readonly #deletions: SqliteDeletions;
  /** Undefined for a file that is only read. */
  readonly #checkpoints: SqliteCheckpoints | undefined;
  readonly #watch: Watch;
  readonly #finished: FinishedClaims;
  readonly #writer: BatchWriter;
  readonly #sessions: SessionWriter;
  readonly #driver: Driver;
  /** Opens another connection to the file. Undefined for a database in memory. */
  readonly #connect: (() => Database) | undefined;
  /** Undefined for a database in memory. */
  readonly #large: LargeReads | undefined;

  constructor(
    database: Database,
    { readonly = false, synchronous = "full" }: SqliteStoreOptions,
    driver: Driver,
    connect: (() => Database) | undefined,
  ) {
    this.#database = database;
    this.#driver = driver;
    this.#connect = connect;
    this.#large = connect && new LargeReads(connect);
    this.#sql = prepareStatements(database);
    this.#transactions = new Transactions(database, synchronous, this.#sql);
    this.#processes = new SqliteProcesses(database);
    this.#keys = new SqliteKeys(database, this.#processes);
    this.#finished = new FinishedClaims(this.#transactions, this.#keys);
    this.#runs = new SqliteRuns(database, this.#processes);
    this.#deletions = new SqliteDeletions(database, this.#transactions);
    this.#checkpoints = readonly ? undefined : new SqliteCheckpoints(database, this.#sql, this.#transactions);
    this.#watch = new Watch(database, this.#sql);
    this.#writer = new BatchWriter(this.#sql, this.#transactions, this.#keys, this.#runs);
    this.#sessions = new SessionWriter(
      database,
      this.#sql,
      this.#transactions,
      this.#deletions,
      this.#keys,
      this.#runs,
    );
    if (!readonly) this.#deletions.resume();
    this.#checkpoints?.resume();
  }

  sessions({ after = "", limit = defaultLimit }: SessionRange = {}): Promise<readonly string[]> {
    return this.#transactions.readOne(() => this.#sql.selectSessionIds.all(after, limit).map(toText));
  }

  session(sessionId: string): Promise<StoredSession | undefined> {
    return this.#transactions.readOne(() => {
      const row = this.#sql.selectSession.get(sessionId);
      return row && toSession(row);
    });
  }

  async load(sessionId: string): Promise<StoredTimeline | undefined> {
    const loaded = await this.#transactions.read(() => this.#loadAtOnce(sessionId));
    if (loaded !== "large") return loaded;
    try {
      return await this.#large?.load(sessionId);
    } catch (thrown) {
      throw storeFailed(thrown);
    }
  }

  tombstones(sessionId: string, after: bigint): Promise<readonly StoredEntity[] | undefined> {
    return this.#transactions.read(() => {
      const session = this.#sql.selectSession.get(sessionId);
      if (session === undefined) return [];
      if (after < (this.#sql.selectTombstoneFloor.get(session.id)?.floor ?? 0n)) return undefined;
      return this.#sql.selectTombstones.all(session.id, after).map(toEntity);
    });
  }

  async writeCheckpoint(
    sessionId: string,
    checkpoint: NewCheckpoint,
    parts: AsyncIterable<readonly StoredEntity[]>,
  ): Promise<Checkpoint | undefined> {
    return this.#checkpoints?.write(sessionId, checkpoint, parts);
  }

  async readCheckpoint(sessionId: string, ordinal: bigint): Promise<StoredPast | undefined> {
    this.#transactions.checkOpen();
    try {
      if (this.#large !== undefined) return await this.#large.past(sessionId, ordinal);
    } catch (thrown) {
      throw storeFailed(thrown);
    }
    return this.#transactions.read(() => atOnce(readPast(this.#sql, sessionId, ordinal)));
  }

  events(sessionId: string, range: StoredEventRange = {}): Promise<StoredEvent[]> {
    const { after = 0n, limit = defaultLimit, maxBytes = Number.POSITIVE_INFINITY } = range;
    return this.#transactions.read(() => {
      const session = this.#sql.selectSession.get(sessionId);
      const page: StoredEvent[] = [];
      if (session === undefined) return page;
      let bytes = 0;
      for (const row of this.#sql.selectEvents.iterate(session.id, after, limit)) {
        page.push(toEvent(row));
        bytes += row.payload.length;
        if (bytes > maxBytes) break;
      }
      return page;
    });
  }

  errors(sessionId: string, { after = 0n, limit = defaultLimit }: ErrorRange = {}): Promise<readonly StoredError[]> {
    return this.#transactions.read(() => {
      const session = this.#sql.selectSession.get(sessionId);
      return session === undefined ? [] : this.#sql.selectErrors.all(session.id, after, limit).map(toError);
    });
  }

  descriptors(): Promise<readonly StoredDescriptor[]> {
    return this.#transactions.readOne(() => this.#sql.selectDescriptors.all().map(toDescriptor));
  }

  eventNames(): Promise<readonly string[]> {
    return this.#transactions.readOne(() => this.#sql.selectEventNames.all());
  }

  /**
   * All batches share one transaction, and so one wait for the disk. Should a
   * write fail there, each batch is tried on its own, so that only the one to
   * blame is refused.
   */
  async commit(batches: readonly SessionBatch[]): Promise<readonly (Error | undefined)[]> {
    this.#transactions.checkOpen();
    let outcomes: (Error | undefined)[];
    try {
      outcomes = await this.#writeBatches(batches);
    } catch (thrown) {
      outcomes = [storeFailed(thrown)];
      if (batches.length > 1) outcomes = await this.#writeEach(batches);
    }
    this.#watch.committed();
    // What is left then, whoever opens the file next removes.
    if (batches.some(({ replaceTimeline }) => replaceTimeline)) this.#checkpoints?.remove().catch(() => {});
    return outcomes;
  }

  hasBatch(sessionId: string, batch: string): Promise<boolean> {
    return this.#transactions.readOne(() => this.#sql.selectBatch.get(sessionId, batch) !== undefined);
  }

  key(name: KeyName): Promise<StoredKey | undefined> {
    return this.#transactions.read(() => this.#keys.get(name));
  }

  /** Without a wait for the disk: a loss of power ends all processes, and then nobody is at work. */
  claim(claims: readonly KeyClaim[]): Promise<readonly ClaimAnswer[]> {
    const claimOne = (claim: KeyClaim) => {
      const taken = this.#keys.claim(claim);
      if (taken === undefined && claim.descriptor !== undefined) this.#writer.describe(claim.descriptor);
      return { taken, head: this.#sql.selectHead.get(claim.sessionId) };
    };
    return this.#transactions.writeBeside(() => claims.map(claimOne), false);
  }

  settle(claim: ClaimedKey, outcome: KeyOutcome | undefined): Promise<void> {
    return this.#transactions.writeBeside(() => this.#keys.settle(claim, outcome), outcome !== undefined);
  }

  async finish(claim: ClaimedKey, published: KeyOutcome): Promise<void> {
    this.#transactions.checkOpen();
    this.#finished.add(claim, published);
  }

  /** In pieces, so that others can write between them. */
  async forgetKeys(before: number): Promise<void> {
    for (let after: KeyName | undefined = { sessionId: "", space: "", key: "" }; after !== undefined; ) {
      const from: KeyName = after;
      after = await this.#transactions.write(() => this.#keys.forget(before, from), false);
      await nextTurn();
    }
  }

  run(name: RunName): Promise<StoredRun | undefined> {
    return this.#transactions.readOne(() => this.#runs.get(name));
  }

  runs(sessionId: string, range?: RunRange): Promise<readonly StoredRun[]> {
    return this.#transactions.read(() => this.#runs.list(sessionId, range));
  }

  freeRuns(range: FreeRunRange): Promise<readonly FreeRun[]> {
    return this.#transactions.readOne(() => this.#runs.free(range));
  }

  runOwners(): Promise<readonly RunOwner[]> {
    return this.#transactions.readOne(() => this.#runs.owners());
  }

  // A loss of power may take what follows: it ends all processes, and then nobody works on a run.

  releaseRuns(process: string): Promise<void> {
    return this.#transactions.write(() => this.#runs.release(process), false);
  }

  /** In pieces, so that others can write between them. */
  async forgetRuns(before: number): Promise<void> {
    while (await this.#transactions.write(() => this.#runs.forget(before), false)) await nextTurn();
  }

  beat(process: string): Promise<boolean> {
    return this.#transactions.write(() => this.#processes.beat(process), false);
  }

  leave(process: string): Promise<void> {
    return this.#transactions.write(() => this.#processes.leave(process), false);
  }

  bury(owner: RunOwner): Promise<void> {
    return this.#transactions.write(() => this.#processes.bury(owner), false);
  }

  async *read(sessionId: string): AsyncGenerator<SessionPart> {
    this.#transactions.checkOpen();
    try {
      yield* readSession(this.#database, this.#connect, sessionId);
    } catch (thrown) {
      throw storeFailed(thrown);
    }
  }

  async write(
    sessionId: string,
    parts: AsyncIterable<SessionPart>,
    { replace }: { readonly replace: boolean },
  ): Promise<void> {
    await this.#sessions.write(sessionId, parts, replace);
    this.#watch.replaced();
    await this.#deletions.remove();
  }

  describe(descriptors: readonly StoredDescriptor[]): Promise<void> {
    return this.#transactions.write(() => {
      for (const each of descriptors) this.#writer.describe(each);
    }, true);
  }

  async delete(sessionId: string): Promise<boolean> {
    const isThere = await this.#deletions.hide(sessionId);
    this.#watch.replaced();
    await this.#deletions.remove();
    return isThere;
  }

  async backup(path: string, options: BackupOptions = {}): Promise<void> {
    this.#transactions.checkOpen();
    await backupDatabase(this.#driver, this.#database, this.#connect, path, options);
  }

  usage(range: SessionRange = {}): Promise<readonly SessionUsage[]> {
    return this.#transactions.read(() => readUsage(this.#database, range));
  }

  check(): Promise<readonly string[]> {
    return this.#transactions.read(() => checkFile(this.#database));
  }

  async forget(identity: string): Promise<ForgottenIdentity> {
    if (typeof identity !== "string" || identity === "") {
      throw invalidOption("forget", "identity", identity, "the id of an identity");
    }
    return forgetIdentity(this.#database, this.#transactions, identity);
  }

  async vacuum(): Promise<void> {
    await this.#deletions.remove();
    await this.#deletions.end();
    await this.#checkpoints?.remove();
    await this.#transactions.readOne(() => this.#database.exec("VACUUM"));
    // Events have other numbers now, by which those who watch the file find what is new.
    await this.#deletions.tellAll();
    await this.#transactions.emptyLog();
  }

  watch(listener: MoveListener): () => void {
    this.#transactions.checkOpen();
    return this.#watch.add(listener);
  }

  async close(): Promise<void> {
    this.#watch.end();
    await this.#large?.close();
    await this.#checkpoints?.close();
    // What is lost here, other processes find out when the lease is over.
    if (this.#database.open) await this.#finished.end().catch(() => {});
    // What is lost here, whoever opens the file next does.
    if (this.#database.open) await this.#deletions.close().catch(() => {});
    this.#database.close();
  }

  #loadAtOnce(sessionId: string): StoredTimeline | "large" | undefined {
    const row = this.#sql.selectSession.get(sessionId);
    if (row === undefined) return undefined;
    const most = this.#large === undefined ? Number.POSITIVE_INFINITY : mostAtOnce;
    const entities: StoredEntity[] = [];
    for (const entity of this.#sql.selectEntities.iterate(row.id)) {
      entities.push(toEntity(entity));
      if (entities.length > most) return "large";
    }
    const checkpoint = ofFew(most, readLastCheckpoint(this.#sql, row.id));
    if (checkpoint === "many") return "large";
    return {
      ...toSession(row),
      // Sorted here, because SQLite compares text by its bytes in UTF-8.
      entities: entities.sort(compareEntities),
      runs: this.#runs.open(row.id),
      ...(checkpoint !== undefined && { checkpoint }),
    };
  }

  #writeBatches(batches: readonly SessionBatch[]): (Error | undefined)[] | Promise<(Error | undefined)[]> {
    const write = () => batches.map((batch) => this.#writer.write(batch));
    return this.#transactions.writeBatches(write);
  }

  async #writeEach(batches: readonly SessionBatch[]): Promise<(Error | undefined)[]> {
    const outcomes: (Error | undefined)[] = [];
    for (const batch of batches) {
      try {
        outcomes.push((await this.#writeBatches([batch]))[0]);
      } catch (thrown) {
        outcomes.push(storeFailed(thrown));
      }
    }
    return outcomes;
  }
}

/** What a reading in slices comes to, without a pause. */
function atOnce<T>(reading: Generator<undefined, T>): T {
  for (;;) {
    const step = reading.next();
    if (step.done === true) return step.value;
  }
}

/** The same of a reading of so many rows at most. */
function ofFew<T>(most: number, reading: Generator<undefined, T>): T | "many" {
  for (let rows = 0; rows <= most; rows++) {
    const step = reading.next();
    if (step.done === true) return step.value;
  }
  // Its statement must not be in the way of others.
  reading.return(undefined as T);
  return "many";
}
