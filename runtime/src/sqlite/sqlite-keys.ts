import type { StoredRejection } from "../schema/stored-rejection.js";
import type { BatchKey } from "../store/batch.js";
import { checkKey, runSpace } from "../store/rules.js";
import type { DoneKey } from "../store/session-part.js";
import type { ClaimedKey, KeyClaim } from "../store/store.js";
import type { KeyName, KeyOutcome, StoredKey } from "../store/stored.js";
import type { Database } from "./driver/driver.js";
import type { SqliteProcesses } from "./sqlite-processes.js";
import { toText, type WholeText, whole } from "./text.js";

interface KeyRow {
  readonly space: string;
  readonly fingerprint: string;
  readonly process: string | null;
  readonly token: string | null;
  readonly since: bigint | null;
  readonly firstOrdinal: bigint | null;
  readonly lastOrdinal: bigint | null;
  readonly rejection: string | null;
  readonly beat: bigint | null;
}

interface KeyNameRow {
  readonly sessionId: WholeText;
  readonly space: WholeText;
  readonly key: WholeText;
}

/** The ordinals of events, if there are any. */
interface Published {
  readonly firstOrdinal: bigint | null;
  readonly lastOrdinal: bigint | null;
}

/** The idempotency keys of a file. Each call is within a transaction. */
export class SqliteKeys {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #processes: SqliteProcesses;
  /** Whether there are keys of releases that knew no spaces. */
  readonly #hasLegacy: boolean;

  constructor(database: Database, processes: SqliteProcesses) {
    this.#sql = prepare(database);
    this.#processes = processes;
    // Nobody stores such keys any more.
    this.#hasLegacy = this.#sql.selectLegacy.get(everyone) !== undefined;
  }

  get(name: KeyName): StoredKey | undefined {
    const row = this.#row(name);
    return row && this.#toKey(name, row);
  }

  /** Those of a session whose work has published something or is done. */
  *done(sessionId: string): Generator<DoneKey> {
    for (const found of this.#sql.selectAll.iterate(sessionId)) {
      const [space, key] = [toText(found.space), toText(found.key)];
      const { time } = found;
      const row: KeyRow = { ...found, space };
      const { fingerprint, outcome } = this.#toKey({ sessionId, space, key }, row);
      if (outcome !== undefined) yield { space, key, fingerprint, outcome, time: Number(time) };
    }
  }

  /** A key of a session that is written whole. */
  addDone(sessionId: string, { space, key, fingerprint, outcome, time }: DoneKey): void {
    const { firstOrdinal, lastOrdinal, rejection } = outcome;
    const text = rejection === undefined ? null : rejectionText(rejection);
    this.#sql.insertWhole.run(sessionId, space, key, fingerprint, firstOrdinal, lastOrdinal, text, time);
  }

  /** @throws KEY_CLAIMED if other work has the key. */
  check(sessionId: string, given: BatchKey): void {
    const { space, key, token } = given;
    if (token !== undefined && this.#sql.selectToken.get(sessionId, space, key) === token) return;
    checkKey(sessionId, given, this.get({ sessionId, space, key }));
  }

  /** Returns the key as it is where it cannot be claimed. */
  claim(claim: KeyClaim): StoredKey | undefined {
    if (this.#claimFree(claim)) return undefined;
    const { sessionId, space, key, process, token, from, time } = claim;
    const row = this.#row(claim);
    const found = row && this.#toKey(claim, row);
    const owner = found?.owner;
    const isLeft = owner !== undefined && owner.token === from?.token && owner.beat === from.beat;
    if (row === undefined || !isLeft) return found;
    // Its other claims are free as well.
    if (row.process !== null && row.process !== process) this.#processes.leave(row.process);
    const since = this.#sql.selectOrdinal.get(sessionId) ?? 0n;
    this.#processes.know(process);
    const { firstOrdinal = null, lastOrdinal = null } = found?.outcome ?? {};
    this.#sql.updateClaim.run(process, token, since, firstOrdinal, lastOrdinal, time, sessionId, space, key);
    return undefined;
  }

  /** Work that is one commit was done under a key. */
  publish(sessionId: string, { space, key, fingerprint, firstOrdinal, lastOrdinal, time }: BatchKey): void {
    this.#sql.insertDone.run(sessionId, space, key, fingerprint, firstOrdinal, lastOrdinal, time);
  }

  settle(claim: ClaimedKey, outcome: KeyOutcome | undefined): void {
    const { sessionId, space, key, token } = claim;
    const known = outcome ?? this.#outcomeOf(claim);
    if (known === undefined) {
      this.#sql.deleteClaim.run(sessionId, space, key, token);
      return;
    }
    const { firstOrdinal, lastOrdinal, rejection } = known;
    const text = rejection === undefined ? null : rejectionText(rejection);
    this.#sql.endClaim.run(firstOrdinal, lastOrdinal, text, sessionId, space, key, token);
  }

  /**
   * Deletes some of the keys of work that began before a time, of those above a key. Returns the last that it looked at,
   * where there may be more.
   */
  forget(before: number, after: KeyName): KeyName | undefined {
    const { sessionId, space, key } = after;
    const found = this.#sql.selectLast.get(sessionId, space, key, looksAtOnce);
    const last = found && {
      sessionId: toText(found.sessionId),
      space: toText(found.space),
      key: toText(found.key),
    };
    if (last === undefined) this.#sql.forgetRest.run(before, sessionId, space, key);
    else this.#sql.forget.run(before, sessionId, space, key, last.sessionId, last.space, last.key);
    return last;
  }

  /** Nearly every key is free, and nearly every process known: then this is one statement. */
  #claimFree({ sessionId, space, key, fingerprint, process, token, time }: KeyClaim): boolean {
    if (this.#hasLegacy && this.#sql.selectKey.get(sessionId, everyone, key) !== undefined) return false;
    const insert = () =>
      this.#sql.insertClaim.run(sessionId, space, key, fingerprint, token, time, sessionId, process).changes > 0;
    if (insert()) return true;
    if (!this.#processes.know(process)) return false;
    if (insert()) return true;
    // It has nothing for which it would have to be alive.
    this.#processes.leave(process);
    return false;
  }

  #row({ sessionId, space, key }: KeyName): KeyRow | undefined {
    const row = this.#sql.selectKey.get(sessionId, space, key);
    return row === undefined && this.#hasLegacy ? this.#sql.selectKey.get(sessionId, everyone, key) : row;
  }

  /** What the work published, if the key still has the claim. */
  #outcomeOf(claim: ClaimedKey): KeyOutcome | undefined {
    const found = this.get(claim);
    return found?.owner?.token === claim.token ? found.outcome : undefined;
  }

  #toKey({ sessionId }: KeyName, row: KeyRow): StoredKey {
    const { fingerprint, token, beat, since } = row;
    if (token === null) return { fingerprint, owner: undefined, outcome: outcomeOf(row) };
    const owner = { token, beat: beat === null ? undefined : Number(beat) };
    const published = this.#sql.selectPublished.get(sessionId, since ?? 0n, token);
    const firstOrdinal = row.firstOrdinal ?? published?.firstOrdinal ?? null;
    const lastOrdinal = published?.lastOrdinal ?? row.lastOrdinal;
    return { fingerprint, owner, outcome: outcomeOf({ ...row, firstOrdinal, lastOrdinal }) };
  }
}

/** How many keys are looked at in one piece. They have no index by time, which each command would have to write. */
const looksAtOnce = 2000;

/** The space of the keys that releases stored which knew no spaces. */
const everyone = "";

function outcomeOf({ firstOrdinal, lastOrdinal, rejection }: KeyRow): KeyOutcome | undefined {
  if (firstOrdinal === null || lastOrdinal === null) return undefined;
  return { firstOrdinal, lastOrdinal, ...(rejection !== null && { rejection: toRejection(rejection) }) };
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
  return { ...rejection, detail: { ...detail, payload: new Uint8Array(Buffer.from(detail.payload, "base64")) } };
}

function prepare(database: Database) {
  const ofKey = "session_id = ? AND space = ? AND key = ?";
  const forgetAfter = `DELETE FROM key
    WHERE time < ? AND (token IS NULL OR process NOT IN (SELECT id FROM process))
      AND NOT (space GLOB '${runSpace}*' AND EXISTS (
        SELECT 1 FROM run JOIN session ON session.id = run.session
        WHERE session.session_id = key.session_id AND run.id = substr(space, ${runSpace.length + 1}) AND ended_at IS NULL))
      AND (session_id, space, key) > (?, ?, ?)`;
  return {
    selectKey: database
      .prepare<[sessionId: string, space: string, key: string], KeyRow>(
        `SELECT space, fingerprint, process, token, since, first_ordinal AS firstOrdinal, last_ordinal AS lastOrdinal,
           rejection, process.beat AS beat
         FROM key LEFT JOIN process ON process.id = key.process
         WHERE ${ofKey}`,
      )
      .safeIntegers(),
    selectAll: database
      .prepare<
        [sessionId: string],
        Omit<KeyRow, "space"> & { readonly space: WholeText; readonly key: WholeText; readonly time: bigint }
      >(
        `SELECT ${whole("key")} AS key, time, ${whole("space")} AS space, fingerprint, process, token, since, first_ordinal AS firstOrdinal, last_ordinal AS lastOrdinal,
           rejection, NULL AS beat
         FROM key WHERE session_id = ?`,
      )
      .safeIntegers(),
    insertWhole: database.prepare<
      [
        sessionId: string,
        space: string,
        key: string,
        fingerprint: string,
        first: bigint,
        last: bigint,
        rejection: string | null,
        time: number,
      ]
    >(
      `INSERT INTO key (session_id, space, key, fingerprint, first_ordinal, last_ordinal, rejection, time)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    selectOrdinal: database
      .prepare<[sessionId: string], bigint>("SELECT ordinal FROM session_head WHERE session_id = ?")
      .pluck()
      .safeIntegers(),
    selectToken: database
      .prepare<[sessionId: string, space: string, key: string], string | null>(`SELECT token FROM key WHERE ${ofKey}`)
      .pluck(),
    selectPublished: database
      .prepare<[sessionId: string, since: bigint, token: string], Published>(
        `SELECT min(ordinal) AS firstOrdinal, max(ordinal) AS lastOrdinal FROM event
         WHERE session = (SELECT id FROM session WHERE session_id = ?) AND ordinal > ? AND claim = ?`,
      )
      .safeIntegers(),
    insertClaim: database.prepare<
      [
        sessionId: string,
        space: string,
        key: string,
        fingerprint: string,
        token: string,
        time: number,
        since: string,
        process: string,
      ]
    >(
      `INSERT OR IGNORE INTO key (session_id, space, key, fingerprint, token, time, process, since)
       SELECT ?, ?, ?, ?, ?, ?, process.id, ifnull(ordinal, 0)
       FROM process LEFT JOIN session_head ON session_id = ? WHERE process.id = ?`,
    ),
    updateClaim: database.prepare<
      [
        process: string,
        token: string,
        since: bigint,
        first: bigint | null,
        last: bigint | null,
        time: number,
        sessionId: string,
        space: string,
        key: string,
      ]
    >(`UPDATE key SET process = ?, token = ?, since = ?, first_ordinal = ?, last_ordinal = ?, time = ? WHERE ${ofKey}`),
    insertDone: database.prepare<
      [sessionId: string, space: string, key: string, fingerprint: string, first: bigint, last: bigint, time: number]
    >(
      "INSERT INTO key (session_id, space, key, fingerprint, first_ordinal, last_ordinal, time) VALUES (?, ?, ?, ?, ?, ?, ?)",
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
      `UPDATE key SET process = NULL, token = NULL, since = NULL, first_ordinal = ?, last_ordinal = ?, rejection = ?
       WHERE ${ofKey} AND token = ?`,
    ),
    selectLast: database.prepare<[sessionId: string, space: string, key: string, offset: number], KeyNameRow>(
      `SELECT ${whole("session_id")} AS sessionId, ${whole("space")} AS space, ${whole("key")} AS key FROM key
       WHERE (session_id, space, key) > (?, ?, ?) ORDER BY session_id, space, key LIMIT 1 OFFSET ?`,
    ),
    forget: database.prepare<
      [
        before: number,
        sessionId: string,
        space: string,
        key: string,
        toSessionId: string,
        toSpace: string,
        toKey: string,
      ]
    >(`${forgetAfter} AND (session_id, space, key) <= (?, ?, ?)`),
    forgetRest: database.prepare<[before: number, sessionId: string, space: string, key: string]>(forgetAfter),
    selectLegacy: database.prepare<[space: string], unknown>("SELECT 1 FROM key WHERE space = ? LIMIT 1"),
    deleteClaim: database.prepare<[sessionId: string, space: string, key: string, token: string]>(
      `DELETE FROM key WHERE ${ofKey} AND token = ?`,
    ),
  };
}
