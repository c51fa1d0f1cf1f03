import { SessionstreamError } from "../base/errors.js";
import type { SessionBatch } from "../store/batch.js";
import {
  checkBatch,
  checkOrdinals,
  endsCheckpoints,
  mendedSteps,
  mostTombstones,
  previousOf,
  tombstonesAtOnce,
} from "../store/rules.js";
import type { StoredDescriptor } from "../store/stored.js";
import { foldedUnderText, metaText, toSession } from "./rows.js";
import type { SqliteKeys } from "./sqlite-keys.js";
import type { SqliteRuns } from "./sqlite-runs.js";
import type { Statements } from "./statements.js";
import type { Transactions } from "./transactions.js";

/** Of how many sessions it is remembered where they stand. */
const mostStands = 10_000;

/** Where a session stands, with its row. */
interface Stand {
  readonly id: bigint;
  readonly revision: number;
  readonly epoch: string;
  readonly ordinal: bigint;
  readonly cursor: bigint;
  readonly failedAt: bigint | undefined;
  readonly foldedUnder: string | null;
}

/** Writes batches, each call within a transaction. */
export class BatchWriter {
  readonly #sql: Statements;
  readonly #transactions: Transactions;
  readonly #keys: SqliteKeys;
  readonly #runs: SqliteRuns;
  /** Of the sessions that were written to lately, by their ids. */
  readonly #stands = new Map<string, Stand>();
  /** Of the transactions, as the stands are of it. */
  #generation = 0;

  constructor(sql: Statements, transactions: Transactions, keys: SqliteKeys, runs: SqliteRuns) {
    this.#sql = sql;
    this.#transactions = transactions;
    this.#keys = keys;
    this.#runs = runs;
  }

  /** Returns the refusal of a batch that does not fit; it has written nothing then. */
  write(batch: SessionBatch): SessionstreamError | undefined {
    try {
      const stand = this.#append(batch) ?? this.#check(batch);
      this.#writeRows(stand.id, batch);
      if (this.#stands.size >= mostStands) this.#stands.clear();
      this.#stands.set(batch.sessionId, stand);
      return undefined;
    } catch (thrown) {
      if (thrown instanceof SessionstreamError) return thrown;
      throw thrown;
    }
  }

  describe({ mark, name, version, hash, type, descriptor }: StoredDescriptor): void {
    this.#sql.insertDescriptor.run(mark, name, version, hash, type, descriptor);
  }

  /**
   * Whether all that the rules want holds, by what is remembered: nearly every batch appends events to a
   * session that this process wrote last. Then the events alone tell how far it has come. Returns where the
   * session stands with the batch, or undefined where a closer look is needed.
   */
  #append(batch: SessionBatch): Stand | undefined {
    const { sessionId, revision, epoch, events, cursor, failedAt, keys, runs } = batch;
    const [first] = events;
    const last = events.at(-1);
    if (batch.newEpoch !== undefined || batch.replaceTimeline || first === undefined || last === undefined)
      return undefined;
    const stand = this.#standOf(sessionId);
    const previous = previousOf(first);
    if (stand?.revision !== revision || stand.epoch !== epoch) return undefined;
    if (stand.ordinal !== previous || stand.cursor > cursor) return undefined;
    checkOrdinals(batch, previous);
    for (const given of keys) this.#keys.check(sessionId, given);
    for (const given of runs) this.#runs.check(sessionId, given);
    const { id } = stand;
    const foldedUnder = foldedUnderText(batch.foldedUnder) ?? stand.foldedUnder;
    if (foldedUnder !== stand.foldedUnder) return undefined;
    if (stand.cursor !== cursor || stand.failedAt !== failedAt) {
      this.#sql.updateSession.run(revision + 1, last.ordinal, cursor, failedAt ?? null, epoch, foldedUnder, id);
    }
    return { id, revision: revision + 1, epoch, ordinal: last.ordinal, cursor, failedAt, foldedUnder };
  }

  #standOf(sessionId: string): Stand | undefined {
    const { generation } = this.#transactions;
    if (generation !== this.#generation) this.#stands.clear();
    this.#generation = generation;
    return this.#stands.get(sessionId);
  }

  /** @throws the refusal. */
  #check(batch: SessionBatch): Stand {
    const { sessionId, events, failedAt, newEpoch, metadata } = batch;
    const row = this.#sql.selectSession.get(sessionId);
    const stored = row && toSession(row);
    checkBatch(batch, stored);
    for (const given of batch.keys) this.#keys.check(sessionId, given);
    for (const given of batch.runs) this.#runs.check(sessionId, given);
    const ordinal = events.at(-1)?.ordinal ?? row?.ordinal ?? 0n;
    const epoch = newEpoch ?? row?.epoch ?? batch.epoch;
    const revision = batch.revision + 1;
    const foldedUnder = foldedUnderText(batch.foldedUnder) ?? row?.foldedUnder ?? null;
    if (row === undefined) {
      const { cursor } = batch;
      const text = JSON.stringify(metadata);
      const bound = [sessionId, text, ordinal, cursor, failedAt ?? null, epoch, foldedUnder] as const;
      const id = this.#sql.insertSession.run(...bound).lastInsertRowid as bigint;
      return { id, revision, epoch, ordinal, cursor, failedAt, foldedUnder };
    }
    const cursor = batch.replaceTimeline || batch.cursor > row.cursor ? batch.cursor : row.cursor;
    this.#sql.updateSession.run(revision, ordinal, cursor, failedAt ?? null, epoch, foldedUnder, row.id);
    if (stored !== undefined && endsCheckpoints(batch, stored)) this.#sql.dropCheckpoints.run(row.id);
    return { id: row.id, revision, epoch, ordinal, cursor, failedAt, foldedUnder };
  }

  #writeRows(session: bigint, batch: SessionBatch): void {
    const sql = this.#sql;
    const { events } = batch;
    const last = events.at(-1);
    const isClaimed = batch.keys.length > 0;
    for (const event of events) {
      const { ordinal, previous = null, name, version, type, payload, time, meta } = event;
      const claim = isClaimed ? claimOf(batch, ordinal) : null;
      if (event !== last && previous === null && meta === undefined && claim === null) {
        sql.insertPlainEvent.run(session, ordinal, name, version, type, payload, time);
      } else {
        const from = meta === undefined ? null : metaText(meta);
        const [id, revision] = event === last ? [batch.id, batch.revision + 1] : [null, null];
        sql.insertEvent.run(session, ordinal, previous, name, version, type, payload, time, from, id, revision, claim);
      }
    }
    for (const { ordinal, payload } of batch.rewritten ?? []) sql.rewriteEvent.run(payload, session, ordinal);
    if (last === undefined) sql.insertMove.run(session, batch.id);
    if (batch.replaceTimeline) {
      sql.deleteEntities.run(session);
      sql.endTombstones.run(session);
    }
    for (const { kind, id, createdOrdinal, position, lastEventOrdinal, type, payload } of batch.entities) {
      sql.upsertEntity.run(session, kind, id, createdOrdinal, position, lastEventOrdinal, type, payload ?? null);
    }
    if (batch.entities.some(({ payload }) => payload === undefined)) this.#limitTombstones(session);
    if (batch.mended !== undefined) {
      const { after, to } = batch.mended;
      for (const step of mendedSteps(batch)) sql.deleteErrors.run(session, after, to, step);
    }
    for (const { step, ordinal, name, message, time } of batch.errors) {
      sql.insertError.run(session, step, ordinal, name, message, time);
    }
    for (const given of batch.keys) if (given.token === undefined) this.#keys.publish(batch.sessionId, given);
    for (const { run } of batch.runs) this.#runs.write(session, run);
    for (const descriptor of batch.descriptors) this.describe(descriptor);
  }

  #limitTombstones(session: bigint): void {
    const sql = this.#sql;
    if (sql.selectManyTombstones.get(session, mostTombstones) === undefined) return;
    sql.raiseTombstoneFloor.run(session, tombstonesAtOnce);
    sql.deleteTombstones.run(session, tombstonesAtOnce);
  }
}

/** The token of the claimed key under which an event begins or ends what the batch publishes. */
function claimOf({ keys }: SessionBatch, ordinal: bigint): string | null {
  for (const { token, firstOrdinal, lastOrdinal } of keys) {
    if (token !== undefined && (ordinal === firstOrdinal || ordinal === lastOrdinal)) return token;
  }
  return null;
}
