import { SessionstreamError } from "../base/errors.js";
import type { SessionBatch } from "../store/batch.js";
import { checkBatch, checkOrdinals, previousOf } from "../store/rules.js";
import type { StoredDescriptor } from "../store/stored.js";
import { metaText, toSession } from "./rows.js";
import type { SqliteKeys } from "./sqlite-keys.js";
import type { SqliteRuns } from "./sqlite-runs.js";
import type { Statements } from "./statements.js";

/** How many rows are remembered. */
const mostIds = 10_000;

/** Writes batches, each call within a transaction. */
export class BatchWriter {
  readonly #sql: Statements;
  readonly #keys: SqliteKeys;
  readonly #runs: SqliteRuns;
  /** The rows of sessions that were written to lately. */
  readonly #ids = new Map<string, bigint>();

  constructor(sql: Statements, keys: SqliteKeys, runs: SqliteRuns) {
    this.#sql = sql;
    this.#keys = keys;
    this.#runs = runs;
  }

  /** Returns the refusal of a batch that does not fit; it has written nothing then. */
  write(batch: SessionBatch): SessionstreamError | undefined {
    try {
      const session = this.#append(batch) ?? this.#check(batch);
      this.#writeRows(session, batch);
      if (this.#ids.size >= mostIds) this.#ids.clear();
      this.#ids.set(batch.sessionId, session);
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
   * Whether all that the rules want holds, found out in one statement: nearly every batch appends
   * events to a session that is as it expects. Then the events alone tell how far it has come.
   * Returns the session's id, or undefined where a closer look is needed.
   */
  #append(batch: SessionBatch): bigint | undefined {
    const { sessionId, revision, epoch, events, cursor, failedAt = null, keys, runs } = batch;
    const [first] = events;
    const last = events.at(-1);
    if (batch.newEpoch !== undefined || first === undefined || last === undefined) return undefined;
    const previous = previousOf(first);
    checkOrdinals(batch, previous);
    for (const given of keys) this.#keys.check(sessionId, given);
    for (const given of runs) this.#runs.check(sessionId, given);
    const id = this.#ids.get(sessionId);
    if (id === undefined) return undefined;
    const stand = this.#sql.selectStand.get(id, sessionId);
    if (stand?.revision !== BigInt(revision) || stand.epoch !== epoch) return undefined;
    if (stand.ordinal !== previous || stand.cursor > cursor) return undefined;
    if (stand.cursor !== cursor || stand.failedAt !== failedAt) {
      this.#sql.updateSession.run(revision + 1, last.ordinal, cursor, failedAt, epoch, id);
    }
    return id;
  }

  /** @throws the refusal. */
  #check(batch: SessionBatch): bigint {
    const { sessionId, events, cursor, failedAt, newEpoch } = batch;
    const row = this.#sql.selectSession.get(sessionId);
    checkBatch(batch, row && toSession(row));
    for (const given of batch.keys) this.#keys.check(sessionId, given);
    for (const given of batch.runs) this.#runs.check(sessionId, given);
    const ordinal = events.at(-1)?.ordinal ?? row?.ordinal ?? 0n;
    if (row === undefined) return this.#insertSession(batch, ordinal);
    const moved = batch.replaceTimeline || cursor > row.cursor ? cursor : row.cursor;
    const next = batch.revision + 1;
    this.#sql.updateSession.run(next, ordinal, moved, failedAt ?? null, newEpoch ?? row.epoch, row.id);
    return row.id;
  }

  #insertSession({ sessionId, metadata, cursor, failedAt, epoch, newEpoch }: SessionBatch, ordinal: bigint): bigint {
    const text = JSON.stringify(metadata);
    return this.#sql.insertSession.run(sessionId, text, ordinal, cursor, failedAt ?? null, newEpoch ?? epoch)
      .lastInsertRowid as bigint;
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
    if (last === undefined) sql.insertMove.run(session, batch.id);
    if (batch.replaceTimeline) sql.deleteEntities.run(session);
    for (const { kind, id, createdOrdinal, position, lastEventOrdinal, type, payload } of batch.entities) {
      sql.upsertEntity.run(session, kind, id, createdOrdinal, position, lastEventOrdinal, type, payload ?? null);
    }
    for (const { step, ordinal, name, message, time } of batch.errors) {
      sql.insertError.run(session, step, ordinal, name, message, time);
    }
    for (const given of batch.keys) if (given.token === undefined) this.#keys.publish(batch.sessionId, given);
    for (const { run } of batch.runs) this.#runs.write(session, run);
    for (const descriptor of batch.descriptors) this.describe(descriptor);
  }
}

/** The token of the claimed key under which an event begins or ends what the batch publishes. */
function claimOf({ keys }: SessionBatch, ordinal: bigint): string | null {
  for (const { token, firstOrdinal, lastOrdinal } of keys) {
    if (token !== undefined && (ordinal === firstOrdinal || ordinal === lastOrdinal)) return token;
  }
  return null;
}
