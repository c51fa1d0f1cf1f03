import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { newFile } from "../../../test/fixtures/stores.js";
import {
  batchOf,
  commit,
  entityOf,
  errorAt,
  eventAt,
  everything,
  keyOf,
  plain,
} from "../../src/testing/store/batches.js";

const failed = expect.objectContaining({ name: "SessionstreamError", code: "STORE_FAILED" });
const incompatible = expect.objectContaining({ name: "SessionstreamError", code: "STORE_INCOMPATIBLE" });

function database(path: string, sql: string): void {
  const made = new Database(path);
  made.exec(sql);
  made.close();
}

describe("a file that cannot be used is refused", () => {
  test("that is no database", () => {
    const path = newFile();
    writeFileSync(path, "not a database, but long enough to have the header that SQLite looks for".repeat(20));
    expect(() => sqliteStore(path)).toThrow(failed);
  });

  test("that is a folder, or in one that is not there", () => {
    const path = newFile();
    mkdirSync(path);
    expect(() => sqliteStore(path)).toThrow(failed);
    expect(() => sqliteStore(`${newFile()}/store.db`)).toThrow(failed);
  });

  test("that is not there, where it is only to be read, and none is made", () => {
    const path = newFile();
    expect(() => sqliteStore(path, { readonly: true })).toThrow(failed);
    expect(existsSync(path)).toBe(false);
  });

  test.each<[string, string]>([
    ["of a newer release", "CREATE TABLE sessions (id); PRAGMA user_version = 1000"],
    ["of something else", "CREATE TABLE cats (name)"],
    ["of something else that counts its versions too", "CREATE TABLE cats (name); PRAGMA user_version = 1"],
  ])("%s, which stays as it is", (_, sql) => {
    const path = newFile();
    database(path, sql);
    const before = readFileSync(path);
    expect(() => sqliteStore(path)).toThrow(incompatible);
    expect(() => sqliteStore(path, { readonly: true })).toThrow(incompatible);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test("that is empty, where it is only to be read, with what to do", () => {
    const path = newFile();
    writeFileSync(path, "");
    expect(() => sqliteStore(path, { readonly: true })).toThrow(/open it for writing once/);
    const store = sqliteStore(path);
    return store.close();
  });
});

/** What the first release made, with a session of two events in it. */
const firstVersion = `
  CREATE TABLE sessions (
    id INTEGER PRIMARY KEY, session_id TEXT NOT NULL UNIQUE, metadata TEXT NOT NULL, revision INTEGER NOT NULL,
    ordinal INTEGER NOT NULL, cursor INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE events (
    session INTEGER NOT NULL REFERENCES sessions (id), ordinal INTEGER NOT NULL, name TEXT NOT NULL,
    type TEXT NOT NULL, payload BLOB NOT NULL, time INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX events_by_ordinal ON events (session, ordinal);
  CREATE TABLE entities (
    session INTEGER NOT NULL REFERENCES sessions (id), kind TEXT NOT NULL, id TEXT NOT NULL,
    created_ordinal INTEGER NOT NULL, last_event_ordinal INTEGER NOT NULL, type TEXT NOT NULL, payload BLOB
  ) STRICT;
  CREATE UNIQUE INDEX entities_by_id ON entities (session, kind, id);
  CREATE TABLE errors (
    session INTEGER NOT NULL REFERENCES sessions (id), step TEXT NOT NULL, ordinal INTEGER NOT NULL,
    name TEXT NOT NULL, message TEXT NOT NULL, time INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX errors_by_session ON errors (session);
  INSERT INTO sessions VALUES (1, 's', '{"a":1}', 3, 2, 1);
  INSERT INTO sessions VALUES (2, 't', '{}', 1, 0, 0);
  INSERT INTO events VALUES (1, 1, 'Happened', 'x.Happened', CAST('event 1' AS BLOB), 1763000000000);
  INSERT INTO events VALUES (1, 2, 'Happened', 'x.Happened', CAST('event 2' AS BLOB), 1763000000000);
  INSERT INTO entities VALUES (1, 'Note', 'a', 1, 1, 'x.Note', CAST('entity a' AS BLOB));
  INSERT INTO errors VALUES (1, 'timeline-projection', 2, 'Happened', 'broken', 1763000000001);
  PRAGMA user_version = 1;`;

describe("migrations", () => {
  test("bring a file of the first release on, with all that is in it", async () => {
    const path = newFile();
    database(path, firstVersion);
    expect(() => sqliteStore(path, { readonly: true })).toThrow(/has version 1, want 2: open it for writing once/);
    const store = sqliteStore(path);
    const epoch = expect.stringMatching(/^[0-9a-f]{32}$/);
    expect(await everything(store)).toEqual({
      session: { metadata: { a: 1 }, revision: 3, ordinal: 2n, cursor: 1n, epoch, entities: [plain(entityOf("a"))] },
      events: [plain(eventAt(1n)), plain(eventAt(2n))],
      errors: [errorAt(2n)],
    });
    expect((await store.session("s"))?.epoch).not.toBe((await store.session("t"))?.epoch);
    await commit(store, { revision: 3, events: [eventAt(3n, { version: 2 })], cursor: 1n, keys: [keyOf("k")] });
    await store.close();
    const again = sqliteStore(path, { readonly: true });
    expect((await again.events("s")).map(({ version }) => version)).toEqual([1, 1, 2]);
    expect(await again.key("s", "k")).toEqual(keyOf("k"));
    await again.close();
  });

  test("keep the rows that are there, opened however often", async () => {
    const path = newFile();
    const first = sqliteStore(path);
    await commit(first, { metadata: { a: 1 }, events: [eventAt(1n)], cursor: 1n, entities: [entityOf("a")] });
    const before = await everything(first);
    await first.close();
    for (let round = 0; round < 3; round++) {
      const again = sqliteStore(path);
      expect(await everything(again)).toEqual(before);
      await again.close();
    }
  });
});

describe("only reading", () => {
  test("sees what is there, and what others commit, and refuses to write", async () => {
    const path = newFile();
    const writer = sqliteStore(path);
    await commit(writer, { events: [eventAt(1n)] });
    const reader = sqliteStore(path, { readonly: true });
    expect((await reader.session("s"))?.ordinal).toBe(1n);
    await commit(writer, { revision: 1, events: [eventAt(2n)] });
    expect((await reader.session("s"))?.ordinal).toBe(2n);
    expect(await reader.commit([batchOf({ revision: 2, events: [eventAt(3n)] })])).toEqual([failed]);
    expect((await writer.session("s"))?.ordinal).toBe(2n);
    await reader.close();
    await writer.close();
  });
});

describe("a write that fails", () => {
  /** A trigger that makes the write of one event fail, like a full disk would. */
  async function storeWithTrap() {
    const path = newFile();
    const store = sqliteStore(path);
    const trap = new Database(path);
    trap.exec(
      `CREATE TRIGGER trap BEFORE INSERT ON entities WHEN new.id = 'trap' BEGIN SELECT RAISE(ABORT, 'trap'); END`,
    );
    trap.close();
    return store;
  }

  test("is told to its batch, leaves nothing of it, and does not touch the others of the group", async () => {
    const store = await storeWithTrap();
    await commit(store, { sessionId: "b", events: [eventAt(1n)], cursor: 1n, entities: [entityOf("kept")] });
    const before = await everything(store, "b");
    const outcomes = await store.commit([
      batchOf({ sessionId: "a", events: [eventAt(1n)] }),
      batchOf({
        sessionId: "b",
        revision: 1,
        events: [eventAt(2n)],
        cursor: 2n,
        entities: [entityOf("kept", { lastEventOrdinal: 2n }), entityOf("trap")],
      }),
      batchOf({ sessionId: "new", events: [eventAt(1n)], entities: [entityOf("trap")] }),
      batchOf({ sessionId: "c", revision: 9 }),
      batchOf({ sessionId: "d", events: [eventAt(1n)] }),
    ]);
    const conflict = expect.objectContaining({ code: "ORDINAL_CONFLICT" });
    expect(outcomes).toEqual([undefined, failed, failed, conflict, undefined]);
    expect(await everything(store, "b")).toEqual(before);
    expect(await store.session("new")).toBeUndefined();
    expect((await store.session("a"))?.ordinal).toBe(1n);
    expect((await store.session("d"))?.ordinal).toBe(1n);
    await store.close();
  });

  test("of a batch alone is told the same way", async () => {
    const store = await storeWithTrap();
    expect(await store.commit([batchOf({ events: [eventAt(1n)], entities: [entityOf("trap")] })])).toEqual([failed]);
    expect(await store.session("s")).toBeUndefined();
    await store.close();
  });
});
