import type { Database } from "better-sqlite3";
import type { StoredRejection } from "../schema/stored-rejection.js";
import type { BatchKey } from "../store/batch.js";
import type { ClaimedKey, KeyClaim } from "../store/store.js";
import type { KeyName, KeyOutcome, StoredKey } from "../store/stored.js";

interface KeyRow {
  readonly space: string;
  readonly fingerprint: string;
  readonly process: string | null;
  readonly token: string | null;
  readonly firstOrdinal: bigint | null;
  readonly lastOrdinal: bigint | null;
  readonly rejection: string | null;
  readonly beat: bigint | null;
}

/** The idempotency keys of a file, and the processes that have claims. Each call is within a transaction. */
export class SqliteKeys {
  readonly #sql: ReturnType<typeof prepare>;
  /** Whether there are keys of releases that knew no spaces. */
  readonly #hasLegacy: boolean;

  constructor(database: Database) {
    this.#sql = prepare(database);
    // Nobody stores such keys any more.
    this.#hasLegacy = this.#sql.selectLegacy.get(everyone) !== undefined;
  }

  get(name: KeyName): StoredKey | undefined {
    const row = this.#row(name);
    return row && toKey(row);
  }

  /** Returns the key as it is where it cannot be claimed. */
  claim(claim: KeyClaim): StoredKey | undefined {
    const { sessionId, space, key, fingerprint, process, token, from } = claim;
    const isLegacy = this.#hasLegacy && this.#sql.selectKey.get(sessionId, everyone, key) !== undefined;
    if (!isLegacy && this.#sql.insertClaim.run(sessionId, space, key, fingerprint, process, token).changes > 0) {
      this.#sql.insertProcess.run(process);
      return undefined;
    }
    const row = this.#row(claim);
    const found = row && toKey(row);
    const owner = found?.owner;
    const isLeft = owner !== undefined && owner.token === from?.token && owner.beat === from.beat;
    if (row === undefined || !isLeft) return found;
    // Its other claims are free as well.
    if (row.process !== null && row.process !== process) this.#sql.deleteProcess.run(row.process);
    this.#sql.insertProcess.run(process);
    this.#sql.updateClaim.run(process, token, sessionId, space, key);
    return undefined;
  }

  /** The work under a key published something. */
  publish(sessionId: string, { space, key, fingerprint, token, firstOrdinal, lastOrdinal }: BatchKey): void {
    if (token === undefined) this.#sql.insertDone.run(sessionId, space, key, fingerprint, firstOrdinal, lastOrdinal);
    else this.#sql.updateOrdinals.run(firstOrdinal, lastOrdinal, sessionId, space, key);
  }

  settle({ sessionId, space, key, token }: ClaimedKey, outcome: KeyOutcome | undefined): void {
    if (outcome === undefined) {
      this.#sql.deleteClaim.run(sessionId, space, key, token);
      this.#sql.finishClaim.run(sessionId, space, key, token);
      return;
    }
    const { firstOrdinal, lastOrdinal, rejection } = outcome;
    const text = rejection === undefined ? null : rejectionText(rejection);
    this.#sql.endClaim.run(firstOrdinal, lastOrdinal, text, sessionId, space, key, token);
  }

  /** The work is done, and its outcome is there. */
  finish({ sessionId, space, key, token }: ClaimedKey): void {
    this.#sql.finishClaim.run(sessionId, space, key, token);
  }

  beat(process: string): void {
    this.#sql.beat.run(process);
  }

  leave(process: string): void {
    this.#sql.deleteProcess.run(process);
  }

  #row({ sessionId, space, key }: KeyName): KeyRow | undefined {
    const row = this.#sql.selectKey.get(sessionId, space, key);
    return row === undefined && this.#hasLegacy ? this.#sql.selectKey.get(sessionId, everyone, key) : row;
  }
}

/** The space of the keys that releases stored which knew no spaces. */
const everyone = "";

function toKey(row: KeyRow): StoredKey {
  const { fingerprint, token, beat, firstOrdinal, lastOrdinal, rejection } = row;
  return {
    fingerprint,
    owner: token === null ? undefined : { token, beat: beat === null ? undefined : Number(beat) },
    outcome:
      firstOrdinal === null || lastOrdinal === null
        ? undefined
        : { firstOrdinal, lastOrdinal, ...(rejection !== null && { rejection: toRejection(rejection) }) },
  };
}

/** JSON, with the detail's payload in base64. */
function rejectionText({ detail, ...rejection }: StoredRejection): string {
  const payload = detail && Buffer.from(detail.payload).toString("base64");
  return JSON.stringify({ ...rejection, detail: detail && { ...detail, payload } });
}

function toRejection(text: string): StoredRejection {
  const { detail, ...rejection } = JSON.parse(text) as StoredRejection & {
    readonly detail?: { readonly type: string; readonly payload: string };
  };
  if (detail === undefined) return rejection;
  return { ...rejection, detail: { ...detail, payload: Buffer.from(detail.payload, "base64") } };
}

function prepare(database: Database) {
  const ofKey = "session_id = ? AND space = ? AND key = ?";
  return {
    selectKey: database
      .prepare<[sessionId: string, space: string, key: string], KeyRow>(
        `SELECT space, fingerprint, process, token, first_ordinal AS firstOrdinal, last_ordinal AS lastOrdinal,
           rejection, process.beat AS beat
         FROM key LEFT JOIN process ON process.id = key.process
         WHERE ${ofKey}`,
      )
      .safeIntegers(),
    insertClaim: database.prepare<
      [sessionId: string, space: string, key: string, fingerprint: string, process: string, token: string]
    >("INSERT OR IGNORE INTO key (session_id, space, key, fingerprint, process, token) VALUES (?, ?, ?, ?, ?, ?)"),
    updateClaim: database.prepare<[process: string, token: string, sessionId: string, space: string, key: string]>(
      `UPDATE key SET process = ?, token = ? WHERE ${ofKey}`,
    ),
    insertDone: database.prepare<
      [sessionId: string, space: string, key: string, fingerprint: string, first: bigint, last: bigint]
    >("INSERT INTO key (session_id, space, key, fingerprint, first_ordinal, last_ordinal) VALUES (?, ?, ?, ?, ?, ?)"),
    updateOrdinals: database.prepare<[first: bigint, last: bigint, sessionId: string, space: string, key: string]>(
      `UPDATE key SET first_ordinal = ifnull(first_ordinal, ?), last_ordinal = ? WHERE ${ofKey}`,
    ),
    endClaim: database.prepare<
      [
        first: bigint,
        last: bigint,
        rejection: string | null,
        sessionId: string,
        space: string,
        key: string,
        token: string,
      ]
    >(
      `UPDATE key SET process = NULL, token = NULL, first_ordinal = ?, last_ordinal = ?, rejection = ?
       WHERE ${ofKey} AND token = ?`,
    ),
    finishClaim: database.prepare<[sessionId: string, space: string, key: string, token: string]>(
      `UPDATE key SET process = NULL, token = NULL WHERE ${ofKey} AND token = ?`,
    ),
    selectLegacy: database.prepare<[space: string], unknown>("SELECT 1 FROM key WHERE space = ? LIMIT 1"),
    deleteClaim: database.prepare<[sessionId: string, space: string, key: string, token: string]>(
      `DELETE FROM key WHERE ${ofKey} AND token = ? AND first_ordinal IS NULL`,
    ),
    insertProcess: database.prepare<[process: string]>("INSERT OR IGNORE INTO process (id, beat) VALUES (?, 0)"),
    beat: database.prepare<[process: string]>(
      "INSERT INTO process (id, beat) VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET beat = beat + 1",
    ),
    deleteProcess: database.prepare<[process: string]>("DELETE FROM process WHERE id = ?"),
  };
}
