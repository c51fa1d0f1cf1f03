import { setImmediate as nextTurn } from "node:timers/promises";
import type { Database } from "better-sqlite3";
import { inParts, type SessionPart } from "../store/session-part.js";
import type { StoredRun } from "../store/stored-run.js";
import { openDatabase } from "./open.js";
import { toError, toEvent, toSession } from "./rows.js";
import { SqliteKeys } from "./sqlite-keys.js";
import { SqliteProcesses } from "./sqlite-processes.js";
import { SqliteRuns } from "./sqlite-runs.js";
import type { ErrorRow, EventRow, SessionRow } from "./statements.js";

/** How many runs are read at once: their inputs may be large. */
const runsAtOnce = 20;

/**
 * Reads a session as it is at one instant. A connection of its own sees that instant for as long as it takes, while others
 * write; a database in memory has one connection only, so there all is read at once.
 */
export async function* readSession(database: Database, sessionId: string): AsyncGenerator<SessionPart> {
  if (database.memory) {
    yield* database.transaction(() => [...partsOf(database, sessionId)]).deferred();
    return;
  }
  const own = openDatabase(database.name, { readonly: true });
  try {
    own.exec("BEGIN");
    for (const part of partsOf(own, sessionId)) {
      yield part;
      await nextTurn();
    }
  } finally {
    own.close();
  }
}

function* partsOf(database: Database, sessionId: string): Generator<SessionPart> {
  const sql = prepare(database);
  const row = sql.selectSession.get(sessionId);
  if (row === undefined) return;
  yield { is: "session", session: toSession(row) };
  const events = mapped(sql.selectEvents.iterate(row.id), toEvent);
  for (const part of inParts(events, ({ payload }) => payload.length)) yield { is: "events", events: part };
  for (const part of inParts(mapped(sql.selectErrors.iterate(row.id), toError))) yield { is: "errors", errors: part };
  const processes = new SqliteProcesses(database);
  for (const part of inParts(new SqliteKeys(database, processes).done(sessionId))) yield { is: "keys", keys: part };
  const runs = runsOf(new SqliteRuns(database, processes), sessionId);
  for (const part of inParts(runs, ({ input }) => input.length)) yield { is: "runs", runs: part };
}

function* runsOf(runs: SqliteRuns, sessionId: string): Generator<StoredRun> {
  for (let after: string | undefined; ; ) {
    const page = runs.list(sessionId, { limit: runsAtOnce, ...(after !== undefined && { after }) });
    yield* page;
    after = page.at(-1)?.id;
    if (page.length < runsAtOnce) return;
  }
}

function* mapped<From, To>(rows: Iterable<From>, map: (row: From) => To): Generator<To> {
  for (const row of rows) yield map(row);
}

function prepare(database: Database) {
  return {
    selectSession: database
      .prepare<[sessionId: string], SessionRow>(
        `SELECT id, metadata, revision, ordinal, cursor, failed_at AS failedAt, epoch FROM session_head
         WHERE session_id = ?`,
      )
      .safeIntegers(),
    selectEvents: database
      .prepare<[session: bigint], EventRow>(
        `SELECT ordinal, previous, name, version, type, payload, time, meta
         FROM event WHERE session = ? ORDER BY ordinal`,
      )
      .safeIntegers(),
    selectErrors: database
      .prepare<[session: bigint], ErrorRow>(
        "SELECT step, ordinal, name, message, time FROM error WHERE session = ? ORDER BY rowid",
      )
      .safeIntegers(),
  };
}
