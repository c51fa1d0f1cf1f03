import { nextTurn } from "../base/turns.js";
import { inParts, type SessionPart } from "../store/session-part.js";
import type { StoredRun } from "../store/stored-run.js";
import { whileBusy } from "./busy.js";
import type { Database } from "./driver/driver.js";
import { toError, toEvent, toSession } from "./rows.js";
import { SqliteKeys } from "./sqlite-keys.js";
import { SqliteProcesses } from "./sqlite-processes.js";
import { SqliteRuns } from "./sqlite-runs.js";
import { prepareStatements } from "./statements.js";

/** How many runs are read at once: their inputs may be large. */
const runsAtOnce = 20;

/**
 * Reads a session as it is at one instant. A connection of its own, which `connect` opens, sees that instant for as long as
 * it takes, while others write. A database in memory has one connection only, so there all is read at once.
 */
export async function* readSession(
  database: Database,
  connect: (() => Database) | undefined,
  sessionId: string,
): AsyncGenerator<SessionPart> {
  if (connect === undefined) {
    yield* database.transaction(() => [...partsOf(database, sessionId)]).deferred();
    return;
  }
  const own = connect();
  try {
    own.exec("PRAGMA busy_timeout = 0; BEGIN");
    // The first read says which instant it is.
    await whileBusy(() => own.prepare("SELECT 1 FROM session").get());
    for (const part of partsOf(own, sessionId)) {
      yield part;
      await nextTurn();
    }
  } finally {
    own.close();
  }
}

function* partsOf(database: Database, sessionId: string): Generator<SessionPart> {
  const sql = prepareStatements(database);
  const row = sql.selectSession.get(sessionId);
  if (row === undefined) return;
  yield { is: "session", session: toSession(row) };
  const events = mapped(sql.selectEvents.iterate(row.id, 0n, all), toEvent);
  for (const part of inParts(events, ({ payload }) => payload.length)) yield { is: "events", events: part };
  for (const part of inParts(mapped(sql.selectErrors.iterate(row.id, 0n, all), toError)))
    yield { is: "errors", errors: part };
  const processes = new SqliteProcesses(database);
  for (const part of inParts(new SqliteKeys(database, processes).done(sessionId))) yield { is: "keys", keys: part };
  const runs = runsOf(new SqliteRuns(database, processes), sessionId);
  for (const part of inParts(runs, ({ input }) => input.length)) yield { is: "runs", runs: part };
}

/** A limit that is none. */
const all = -1;

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
