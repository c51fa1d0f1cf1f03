import type { BatchRun } from "../store/batch.js";
import { checkRun } from "../store/rules.js";
import { defaultLimit, type FreeRunRange, type RunRange } from "../store/store.js";
import type { FreeRun, RunName, RunOutcome, RunOwner, RunWait, StoredRun } from "../store/stored-run.js";
import type { Database } from "./driver/driver.js";
import { metaText, toBytes, toMeta } from "./rows.js";
import type { SqliteProcesses } from "./sqlite-processes.js";
import { toText, type WholeText, whole } from "./text.js";

interface RunRow {
  readonly id: WholeText;
  readonly name: string;
  readonly type: string;
  readonly input: Uint8Array;
  readonly startedAt: number;
  readonly startedBy: string;
  readonly at: number | null;
  readonly parent: WholeText | null;
  readonly attempt: number;
  readonly failures: number;
  readonly owner: string | null;
  readonly waitsFor: string | null;
  readonly outcome: string | null;
  readonly endedAt: number | null;
}

interface FreeRunRow {
  readonly sessionId: WholeText;
  readonly id: WholeText;
  readonly owner: string | null;
  readonly attempt: number;
}

/** The runs of a file. Each call is within a transaction. */
export class SqliteRuns {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #processes: SqliteProcesses;

  constructor(database: Database, processes: SqliteProcesses) {
    this.#sql = prepare(database);
    this.#processes = processes;
  }

  get({ sessionId, id }: RunName): StoredRun | undefined {
    const row = this.#sql.select.get(sessionId, id);
    return row && toRun(row);
  }

  list(sessionId: string, { isOpen = false, after, limit = defaultLimit }: RunRange = {}): StoredRun[] {
    const from = after === undefined ? 0 : this.#sql.selectNumber.get(sessionId, after);
    if (from === undefined) return [];
    const page = isOpen ? this.#sql.selectOpenPage : this.#sql.selectPage;
    return page.all(sessionId, from, limit).map(toRun);
  }

  /** All that have not ended, of a session by its row. */
  open(session: bigint): StoredRun[] {
    return this.#sql.selectOpen.all(session).map(toRun);
  }

  /** @throws RUN_EXISTS if a run is started that the session has, or had. */
  check(sessionId: string, given: BatchRun): void {
    if (given.isStart) checkRun(sessionId, given, this.get({ sessionId, id: given.run.id }));
  }

  /** A run that began or changed, in a session by its row. */
  write(session: bigint, run: StoredRun): void {
    const { id, name, type, input, startedAt, startedBy, at, parent, attempt, failures, owner, waitsFor, ended } = run;
    this.#sql.upsert.run(
      session,
      id,
      name,
      type,
      input,
      startedAt,
      metaText(startedBy),
      at ?? null,
      parent ?? null,
      attempt,
      failures,
      owner ?? null,
      waitsFor === undefined ? null : JSON.stringify(waitsFor),
      ended === undefined ? null : JSON.stringify(ended.outcome),
      ended?.time ?? null,
    );
    if (owner !== undefined && ended === undefined) this.#processes.know(owner);
  }

  free({ names, now, limit }: FreeRunRange): FreeRun[] {
    const rows = this.#sql.selectFree.all(JSON.stringify(names), now, limit);
    return rows.map(({ sessionId, id, owner, attempt }) => {
      return { sessionId: toText(sessionId), id: toText(id), owner: owner ?? undefined, attempt };
    });
  }

  owners(): RunOwner[] {
    return this.#sql.selectOwners.all();
  }

  release(process: string): void {
    this.#sql.release.run(process);
  }

  /** Deletes some of the runs that ended before a time. Returns whether there may be more. */
  forget(before: number): boolean {
    return this.#sql.forget.run(before, forgottenAtOnce).changes === forgottenAtOnce;
  }
}

/** So many that a write is worth it, and so few that nobody waits for it. */
const forgottenAtOnce = 1000;

function toRun({ id, input, at, parent, owner, startedBy, waitsFor, outcome, endedAt, ...row }: RunRow): StoredRun {
  return {
    ...row,
    id: toText(id),
    input: toBytes(input),
    startedBy: toMeta(startedBy),
    at: at ?? undefined,
    parent: parent === null ? undefined : toText(parent),
    owner: owner ?? undefined,
    waitsFor: waitsFor === null ? undefined : (JSON.parse(waitsFor) as RunWait),
    ended:
      outcome === null || endedAt === null ? undefined : { outcome: JSON.parse(outcome) as RunOutcome, time: endedAt },
  };
}

type RunValues = [
  session: bigint,
  id: string,
  name: string,
  type: string,
  input: Uint8Array,
  startedAt: number,
  startedBy: string,
  at: number | null,
  parent: string | null,
  attempt: number,
  failures: number,
  owner: string | null,
  waitsFor: string | null,
  outcome: string | null,
  endedAt: number | null,
];

const sessionRow = "(SELECT id FROM session WHERE session_id = ?)";

const selectRun = `SELECT ${whole("id")} AS id, name, type, input, started_at AS startedAt, started_by AS startedBy, at, ${whole("parent")} AS parent, attempt,
    failures, owner, waits_for AS waitsFor, outcome, ended_at AS endedAt
  FROM run`;

const insertRun = `INSERT INTO run (session, id, name, type, input, started_at, started_by, at, parent, attempt,
    failures, owner, waits_for, outcome, ended_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** The owners of open runs, from one to the next in the index as each may have thousands. The last is null. */
const withOwners = `WITH RECURSIVE owner (process) AS (
    SELECT min(owner) FROM run INDEXED BY open_run_by_owner WHERE ended_at IS NULL AND owner IS NOT NULL
    UNION ALL
    SELECT (SELECT min(owner) FROM run INDEXED BY open_run_by_owner WHERE ended_at IS NULL AND owner > process)
    FROM owner WHERE process IS NOT NULL
  )`;

function prepare(database: Database) {
  return {
    select: database.prepare<[sessionId: string, id: string], RunRow>(
      `${selectRun} WHERE session = ${sessionRow} AND id = ?`,
    ),
    selectNumber: database
      .prepare<[sessionId: string, id: string], number>(
        `SELECT number FROM run WHERE session = ${sessionRow} AND id = ?`,
      )
      .pluck(),
    selectPage: database.prepare<[sessionId: string, after: number, limit: number], RunRow>(
      `${selectRun} WHERE number IN (SELECT number FROM run INDEXED BY run_by_id
         WHERE session = ${sessionRow} AND number > ? ORDER BY number LIMIT ?) ORDER BY number`,
    ),
    selectOpenPage: database.prepare<[sessionId: string, after: number, limit: number], RunRow>(
      `${selectRun} INDEXED BY open_run_by_session
       WHERE ended_at IS NULL AND session = ${sessionRow} AND number > ? ORDER BY number LIMIT ?`,
    ),
    selectOpen: database.prepare<[session: bigint], RunRow>(
      `${selectRun} INDEXED BY open_run_by_session WHERE ended_at IS NULL AND session = ? ORDER BY number`,
    ),
    // The row keeps its number, and so its place. Who started the run never changes; the file may have forgotten them.
    upsert: database.prepare<RunValues>(
      `${insertRun} ON CONFLICT (session, id) DO UPDATE SET
         name = excluded.name,
         type = excluded.type,
         input = excluded.input,
         started_at = excluded.started_at,
         at = excluded.at,
         parent = excluded.parent,
         attempt = excluded.attempt,
         failures = excluded.failures,
         owner = excluded.owner,
         waits_for = excluded.waits_for,
         outcome = excluded.outcome,
         ended_at = excluded.ended_at`,
    ),
    selectOwners: database.prepare<[], RunOwner>(
      `${withOwners} SELECT process, beat FROM owner JOIN process ON process.id = owner.process`,
    ),
    selectFree: database.prepare<[names: string, now: number, limit: number], FreeRunRow>(
      `${withOwners}
       SELECT ${whole("session.session_id")} AS sessionId, ${whole("run.id")} AS id, run.owner, run.attempt FROM (
         SELECT number FROM owner CROSS JOIN run INDEXED BY open_run_by_owner ON run.owner IS owner.process
         WHERE ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM process WHERE process.id = owner.process)
           AND name IN (SELECT value FROM json_each(?)) AND ifnull(at, 0) <= ?
           AND session NOT IN (SELECT session FROM hidden)
         ORDER BY number LIMIT ?
       ) JOIN run USING (number) JOIN session ON session.id = run.session
       ORDER BY number`,
    ),
    release: database.prepare<[process: string]>(
      "UPDATE run INDEXED BY open_run_by_owner SET owner = NULL WHERE ended_at IS NULL AND owner = ?",
    ),
    forget: database.prepare<[before: number, limit: number]>(
      `DELETE FROM run WHERE number IN (
         SELECT number FROM run INDEXED BY ended_run_by_time WHERE ended_at IS NOT NULL AND ended_at < ? LIMIT ?)`,
    ),
  };
}
