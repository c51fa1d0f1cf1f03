import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openRaw } from "../../../test/fixtures/raw-database.js";
import { newFile } from "../../../test/fixtures/stores.js";
import { restore } from "../../../test/releases/sql.js";
import {
  batchOf,
  commit,
  entityOf,
  errorAt,
  eventAt,
  everything,
  keyOf,
  nameOf,
  plain,
  plainRun,
  runOf,
  startOf,
} from "../../src/testing/store/batches.js";
import { openers } from "./drivers.js";

describe.each(openers)("with %s", (_driver, sqliteStore) => {
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

  /** Of each table. */
  function rowsOf(path: string): Map<string, unknown[]> {
    const database = openRaw(path, { readonly: true });
    const names = database
      .rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid")
      .map(({ name }) => String(name));
    const rows = names.map((name) => [name, database.rows(`SELECT * FROM "${name}"`)] as const);
    database.close();
    return new Map(rows);
  }

  describe("migrations", () => {
    test("bring a file of the first release on, with all that is in it", async () => {
      const path = newFile();
      restore(path, firstVersion);
      expect(() => sqliteStore(path, { readonly: true })).toThrow(/has version 1, want 6: open it for writing once/);
      const store = sqliteStore(path);
      const epoch = expect.stringMatching(/^[0-9a-f]{32}$/);
      expect(await everything(store)).toEqual({
        session: {
          metadata: { a: 1 },
          revision: 3,
          ordinal: 2n,
          cursor: 1n,
          failedAt: 2n,
          epoch,
          entities: [plain(entityOf("a"))],
          runs: [],
        },
        events: [plain(eventAt(1n)), plain(eventAt(2n))],
        errors: [errorAt(2n)],
        runs: [],
      });
      expect((await store.session("s"))?.epoch).not.toBe((await store.session("t"))?.epoch);
      const { epoch: begun = "" } = (await store.session("s")) ?? {};
      expect(await store.eventNames()).toEqual(["Happened"]);
      const more = { events: [eventAt(3n, { version: 2 })], keys: [keyOf("k")] };
      await commit(store, { revision: 3, epoch: begun, cursor: 1n, failedAt: 2n, ...more });
      await store.close();
      const again = sqliteStore(path, { readonly: true });
      expect((await again.events("s")).map(({ version }) => version)).toEqual([1, 1, 2]);
      expect(await again.key(nameOf("k"))).toMatchObject({ outcome: { firstOrdinal: 1n } });
      await again.close();
    });

    test("leave of several failures of an event and a step the last, in the order of events", async () => {
      const path = newFile();
      const more = ["(1, 'ui-projection', 2", "(1, 'decode', 1", "(1, 'timeline-projection', 2"].map(
        (row, index) => `INSERT INTO errors VALUES ${row}, 'Happened', 'more ${index}', 7);`,
      );
      restore(path, `${firstVersion} ${more.join(" ")}`);
      const store = sqliteStore(path);
      const records = (await store.errors("s")).map(({ ordinal, step, message }) => `${ordinal} ${step} ${message}`);
      expect(records).toEqual(["1 decode more 1", "2 timeline-projection more 2", "2 ui-projection more 0"]);
      await store.close();
    });

    test("bring a file of the last release without runs on, with each row as it was, and then it keeps runs", async () => {
      const path = newFile();
      restore(path, readFileSync(new URL("../../../test/releases/0.3.sql", import.meta.url), "utf8"));
      const before = rowsOf(path);
      expect(() => sqliteStore(path, { readonly: true })).toThrow(/has version 3, want 6: open it for writing once/);
      const store = sqliteStore(path);
      const keys = before.get("key")?.map((row) => ({ ...(row as object), time: expect.any(Number) })) ?? [];
      const events = before.get("event")?.map((row) => ({ ...(row as object), revision: null })) ?? [];
      const sessions =
        before.get("session")?.map((row) => ({ ...(row as object), tombstone_floor: 0, folded_under: null })) ?? [];
      // SQLite itself counts the checkpoints that there were, in the last.
      const added = ["run", "hidden", "checkpoint", "checkpoint_entity", "sqlite_sequence"];
      const empty = Object.fromEntries(added.map((name) => [name, []]));
      const made = { event: events, key: keys, session: sessions, ...empty };
      expect(rowsOf(path)).toEqual(new Map([...before, ...Object.entries(made)]));
      const { revision = 0, epoch = "" } = (await store.session("notes")) ?? {};
      expect((await store.load("notes"))?.runs).toEqual([]);
      await commit(store, { sessionId: "notes", revision, epoch, cursor: 8n, runs: [startOf("a", { owner: "p" })] });
      await store.close();
      const again = sqliteStore(path, { readonly: true });
      expect((await again.load("notes"))?.runs.map(plainRun)).toEqual([plainRun(runOf("a", { owner: "p" }))]);
      expect(await again.runOwners()).toEqual([{ process: "p", beat: 0 }]);
      await expect(again.releaseRuns("p")).rejects.toMatchObject({ code: "STORE_FAILED" });
      await again.close();
    });

    test("keep the rows that are there, opened however often", async () => {
      const path = newFile();
      const first = sqliteStore(path);
      const runs = [startOf("a", { owner: "p" })];
      await commit(first, { metadata: { a: 1 }, events: [eventAt(1n)], cursor: 1n, entities: [entityOf("a")], runs });
      const before = await everything(first);
      await first.close();
      for (let round = 0; round < 3; round++) {
        const again = sqliteStore(path);
        expect(await everything(again)).toEqual(before);
        await again.close();
      }
    });

    test("stop a store that an older program has open: it writes nothing", async () => {
      const path = newFile();
      const store = sqliteStore(path);
      const ended = { outcome: { status: "completed" }, time: 1 } as const;
      const runs = [startOf("a", { owner: "p" }), startOf("b", { ended })];
      expect(await store.commit([batchOf({ events: [eventAt(1n)], runs })])).toEqual([undefined]);
      restore(path, "PRAGMA user_version = 1000;");
      const incompatible = {
        code: "STORE_INCOMPATIBLE",
        message: expect.stringContaining("a newer release has migrated"),
      };
      const claim = { ...nameOf("k"), fingerprint: "f", process: "p", token: "t", time: 1, descriptor: undefined };
      expect(await store.commit([batchOf({ revision: 1, events: [eventAt(2n)] })])).toMatchObject([incompatible]);
      const both = ["s", "t"].map((sessionId) => batchOf({ sessionId, events: [eventAt(2n)], revision: 1 }));
      expect(await store.commit(both)).toMatchObject([incompatible, incompatible]);
      await expect(store.claim([claim])).rejects.toMatchObject(incompatible);
      await expect(store.beat("p")).rejects.toMatchObject(incompatible);
      await expect(store.releaseRuns("p")).rejects.toMatchObject(incompatible);
      await expect(store.forgetRuns(2)).rejects.toMatchObject(incompatible);
      await expect(store.bury({ process: "p", beat: 0 })).rejects.toMatchObject(incompatible);
      await expect(store.leave("p")).rejects.toMatchObject(incompatible);
      expect((await store.runs("s")).map(({ id }) => id)).toEqual(["a", "b"]);
      expect(await store.runOwners()).toEqual([{ process: "p", beat: 0 }]);
      expect(await store.events("s")).toHaveLength(1);
      expect(await store.key(nameOf("k"))).toBeUndefined();
      await store.close();
    });
  });
});
