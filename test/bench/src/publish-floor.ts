import { create, toBinary } from "@bufbuild/protobuf";
import Database from "better-sqlite3";
import { DeltaEventSchema, MessageEntitySchema } from "./gen/bench/v1/stream_pb.js";
import { delta } from "./payloads.js";

/** What one commit wrote: for each session, how many events. */
export type Group = readonly { readonly sessionId: string; readonly events: number }[];

/**
 * The limit: the same rows in tables of the same shape, encoded by protobuf-es,
 * with the last state of each entity once a group, and nothing else.
 */
export function openFloor(path: string, sessionIds: readonly string[]) {
  const database = new Database(path);
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.exec(`
    CREATE TABLE sessions (id INTEGER PRIMARY KEY, session_id TEXT NOT NULL UNIQUE, ordinal INTEGER, cursor INTEGER) STRICT;
    CREATE TABLE events (session INTEGER, ordinal INTEGER, name TEXT, version INTEGER, type TEXT, payload BLOB, time INTEGER) STRICT;
    CREATE UNIQUE INDEX events_by_ordinal ON events (session, ordinal);
    CREATE TABLE entities (
      session INTEGER, kind TEXT, id TEXT, created_ordinal INTEGER, last_event_ordinal INTEGER, type TEXT, payload BLOB
    ) STRICT;
    CREATE UNIQUE INDEX entities_by_id ON entities (session, kind, id);`);
  const insertSession = database.prepare("INSERT INTO sessions (session_id, ordinal, cursor) VALUES (?, 0, 0)");
  const insertEvent = database.prepare("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)");
  const upsertEntity = database.prepare(`
    INSERT INTO entities VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (session, kind, id) DO UPDATE SET
      last_event_ordinal = excluded.last_event_ordinal, payload = excluded.payload`);
  const updateSession = database.prepare("UPDATE sessions SET ordinal = ?, cursor = ? WHERE id = ?");

  const sessions = new Map(
    sessionIds.map((sessionId) => [
      sessionId,
      { id: insertSession.run(sessionId).lastInsertRowid, ordinal: 0, pieces: new Map<string, number>() },
    ]),
  );
  const commit = database.transaction((group: Group) => {
    for (const { sessionId, events } of group) {
      const session = sessions.get(sessionId);
      if (session === undefined) throw new Error(`unknown session ${sessionId}`);
      const changed = new Map<string, { pieces: number; lastChunk: string; ordinal: number }>();
      for (let i = 0; i < events; i++) {
        const ordinal = ++session.ordinal;
        const message = create(DeltaEventSchema, delta(ordinal, `message-${ordinal % 10}`));
        const payload = toBinary(DeltaEventSchema, message);
        insertEvent.run(session.id, ordinal, "BenchDelta", 1, DeltaEventSchema.typeName, payload, Date.now());
        const pieces = (session.pieces.get(message.messageId) ?? 0) + 1;
        session.pieces.set(message.messageId, pieces);
        changed.set(message.messageId, { pieces, lastChunk: message.chunk, ordinal });
      }
      for (const [messageId, { ordinal, ...state }] of changed) {
        const payload = toBinary(MessageEntitySchema, create(MessageEntitySchema, { messageId, ...state }));
        const { typeName } = MessageEntitySchema;
        upsertEntity.run(session.id, "BenchMessage", messageId, ordinal, ordinal, typeName, payload);
      }
      updateSession.run(session.ordinal, session.ordinal, session.id);
    }
  });
  return {
    commit: (group: Group): void => {
      commit.immediate(group);
    },
    close: (): void => {
      database.close();
    },
  };
}
