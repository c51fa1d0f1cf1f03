import { defaultLimit, type SessionRange } from "../store/store.js";
import type { Database } from "./driver/driver.js";
import { toText, type WholeText, whole } from "./text.js";

/** How much of a file a session takes, and when it was last active. */
export interface SessionUsage {
  readonly sessionId: string;
  readonly events: number;
  /** The entities that are stored, with tombstones. */
  readonly entities: number;
  /** The failures on record. */
  readonly errors: number;
  readonly openRuns: number;
  /** The bytes of its payloads: of events, entities, checkpoints and inputs of runs. The file needs more for it. */
  readonly bytes: number;
  /** When its last event was published, in milliseconds since the Unix epoch. Undefined if it has none. */
  readonly lastEvent: number | undefined;
}

interface SessionRow {
  readonly id: number;
  readonly sessionId: WholeText;
}

interface Sum {
  readonly rows: number;
  readonly bytes: number;
}

/** Reads a page of sessions with their sizes, in the order of their ids. It reads all rows of each. */
export function readUsage(database: Database, { after = "", limit = defaultLimit }: SessionRange): SessionUsage[] {
  const sums = (table: string, column: string) =>
    database.prepare<[session: number], Sum>(
      `SELECT count(*) AS rows, ifnull(sum(length(${column})), 0) AS bytes FROM ${table} WHERE session = ?`,
    );
  const count = (from: string) => database.prepare<[session: number], number>(`SELECT count(*) FROM ${from}`).pluck();
  const none: Sum = { rows: 0, bytes: 0 };
  const [ofEvents, ofEntities, ofRuns] = [sums("event", "payload"), sums("entity", "payload"), sums("run", "input")];
  const ofCheckpoints = database
    .prepare<[session: number], number>(
      `SELECT ifnull(sum(length(payload)), 0) FROM checkpoint JOIN checkpoint_entity ON checkpoint = checkpoint.id
         WHERE session = ?`,
    )
    .pluck();
  const ofErrors = count("error WHERE session = ?");
  const ofOpenRuns = count("run WHERE session = ? AND ended_at IS NULL");
  const last = database
    .prepare<[session: number], number>("SELECT time FROM event WHERE session = ? ORDER BY ordinal DESC LIMIT 1")
    .pluck();
  const sessions = database.prepare<[after: string, limit: number], SessionRow>(
    `SELECT id, ${whole("session_id")} AS sessionId FROM session
     WHERE session_id > ? AND id NOT IN (SELECT session FROM hidden) ORDER BY session_id LIMIT ?`,
  );
  return sessions.all(after, limit).map(({ id, ...row }) => {
    const sessionId = toText(row.sessionId);
    const [events, entities, runs] = [ofEvents.get(id) ?? none, ofEntities.get(id) ?? none, ofRuns.get(id) ?? none];
    return {
      sessionId,
      events: events.rows,
      entities: entities.rows,
      errors: ofErrors.get(id) ?? 0,
      openRuns: ofOpenRuns.get(id) ?? 0,
      bytes: events.bytes + entities.bytes + runs.bytes + (ofCheckpoints.get(id) ?? 0),
      lastEvent: last.get(id),
    };
  });
}
