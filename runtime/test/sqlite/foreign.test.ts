import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openRaw } from "../../../test/fixtures/raw-database.js";
import { newFile } from "../../../test/fixtures/stores.js";
import { dump, restore } from "../../../test/releases/sql.js";
import { newestVersion } from "../../src/sqlite/migrations.js";
import { commit, eventAt } from "../../src/testing/store/batches.js";
import { openers } from "./drivers.js";

describe.each(openers)("with %s", (_driver, sqliteStore) => {
  const ours = 0x53655374;

  /** Of the version that is the last without an application_id. */
  const old = readFileSync(new URL("../../../test/releases/0.4.sql", import.meta.url), "utf8");

  function applicationId(path: string): unknown {
    const database = openRaw(path, { readonly: true });
    const id = database.value("PRAGMA application_id");
    database.close();
    return id;
  }

  function refusal(path: string, options = {}): unknown {
    try {
      sqliteStore(path, options);
    } catch (thrown) {
      return thrown;
    }
    throw new Error("it was opened");
  }

  function incompatible(path: string, why: string) {
    return expect.objectContaining({
      ...{ name: "SessionstreamError", code: "STORE_INCOMPATIBLE" },
      message: expect.stringContaining(`SQLite file "${path}" ${why}`),
    });
  }

  describe("a file carries the mark of its application", () => {
    test("one that is made, from the beginning", async () => {
      const path = newFile();
      const store = sqliteStore(path);
      expect(applicationId(path)).toBe(ours);
      await store.close();
      const again = sqliteStore(path, { readonly: true });
      await again.close();
    });

    test.each(["3ab664a", "0.3", "0.4"])("one of %s, once it is opened for writing", async (release) => {
      const path = newFile();
      restore(path, readFileSync(new URL(`../../../test/releases/${release}.sql`, import.meta.url), "utf8"));
      expect(() => sqliteStore(path, { readonly: true })).toThrow(/open it for writing once/);
      expect(applicationId(path)).toBe(0);
      await sqliteStore(path).close();
      expect(applicationId(path)).toBe(ours);
    });

    test("one that was made by killed processes, whose tables are still beside it", async () => {
      const path = newFile();
      const killed = sqliteStore(path);
      await commit(killed, { events: [eventAt(1n)] });
      const copy = newFile();
      for (const end of ["", "-wal"]) copyFileSync(path + end, copy + end);
      const store = sqliteStore(copy);
      expect((await store.session("s"))?.ordinal).toBe(1n);
      await store.close();
      await killed.close();
    });
  });

  describe("a file that is not ours is refused as it is", () => {
    const others: [string, string, string][] = [
      ["with the mark of another application", "PRAGMA application_id = 7", "belongs to another application"],
      [
        "with our tables, but the mark of another application",
        `${old} PRAGMA application_id = 0x47504b47`,
        "belongs to another application: got application_id 0x47504b47, want 0x53655374",
      ],
      [
        "of a newer release",
        `PRAGMA application_id = ${ours}; PRAGMA user_version = 1000`,
        `has version 1000, want at most ${newestVersion}: a newer release wrote it`,
      ],
      ["of something else", "CREATE TABLE cats (name)", "is not one of ours: it has version 0, and is not empty"],
      [
        "with nothing but a view",
        "CREATE VIEW cats AS SELECT 1",
        "is not one of ours: it has version 0, and is not empty",
      ],
      [
        "of something else that counts its versions, too",
        "CREATE TABLE cats (name); PRAGMA user_version = 4",
        'is not one of ours: it has version 4, and no table "',
      ],
      [
        "of something else with many versions",
        "CREATE TABLE cats (name); PRAGMA user_version = 1000",
        "is not one of ours: it has version 1000, and no application_id",
      ],
      [
        "with a negative version",
        `PRAGMA application_id = ${ours}; PRAGMA user_version = -1`,
        "is not one of ours: it has version -1",
      ],
      [
        "with tables of our names, but other columns",
        old.replace("metadata TEXT NOT NULL", "metadata TEXT"),
        'is not one of ours: it has version 4, and other columns in table "session"',
      ],
      [
        "with one column more",
        `${old} ALTER TABLE run ADD COLUMN priority INTEGER`,
        'is not one of ours: it has version 4, and other columns in table "run"',
      ],
      [
        "without an index",
        `${old} DROP INDEX run_by_id`,
        'is not one of ours: it has version 4, and no index "run_by_id"',
      ],
      ["with the tables of another version", `${old} PRAGMA user_version = 3`, "is not one of ours: it has version 3"],
      [
        "with our mark, but other tables",
        `CREATE TABLE session (id); PRAGMA user_version = 4; PRAGMA application_id = ${ours}`,
        "is not one of ours: it has version 4",
      ],
    ];

    test.each(others)("%s", (_, sql, why) => {
      const path = newFile();
      restore(path, `${sql};`);
      const before = readFileSync(path);
      expect(refusal(path)).toEqual(incompatible(path, why));
      expect(refusal(path, { readonly: true })).toEqual(incompatible(path, why));
      expect(readFileSync(path).equals(before)).toBe(true);
      for (const end of ["-wal", "-shm", "-journal"]) expect(existsSync(path + end)).toBe(false);
    });

    test("with the last commits of a killed process beside it, which stay there", () => {
      const path = newFile();
      restore(path, "CREATE TABLE cats (name);");
      const other = openRaw(path);
      other.exec("PRAGMA journal_mode = WAL; INSERT INTO cats VALUES ('Tom')");
      const copy = newFile();
      for (const end of ["", "-wal"]) copyFileSync(path + end, copy + end);
      other.close();
      const [file, wal] = [readFileSync(copy), readFileSync(`${copy}-wal`)];
      expect(wal.length).toBeGreaterThan(0);
      expect(refusal(copy)).toEqual(incompatible(copy, "is not one of ours: it has version 0, and is not empty"));
      expect(readFileSync(copy).equals(file)).toBe(true);
      expect(readFileSync(`${copy}-wal`).equals(wal)).toBe(true);
    });

    test("that another program has open, which goes on", () => {
      const path = newFile();
      restore(path, "CREATE TABLE cats (name);");
      const other = openRaw(path);
      other.exec("PRAGMA journal_mode = WAL; INSERT INTO cats VALUES ('Tom')");
      expect(refusal(path)).toEqual(incompatible(path, "is not one of ours"));
      other.exec("INSERT INTO cats VALUES ('Kim')");
      expect(other.value("SELECT count(*) FROM cats")).toBe(2);
      other.close();
    });

    test("but an empty file becomes one of ours", async () => {
      const path = newFile();
      writeFileSync(path, "");
      await sqliteStore(path).close();
      expect(applicationId(path)).toBe(ours);
    });

    test("but one with tables of others beside ours is ours: a tool that copies files keeps some", async () => {
      const path = newFile();
      restore(path, `${old} CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER);`);
      const store = sqliteStore(path);
      expect(await store.session("notes")).toMatchObject({ ordinal: 8n });
      await store.close();
      expect(dump(path)).toContain("_litestream_seq");
    });
  });

  test("a folder beside the file changes nothing", async () => {
    const path = newFile();
    mkdirSync(`${path}-wal`);
    expect(() => sqliteStore(path)).toThrow(expect.objectContaining({ code: "STORE_FAILED" }));
  });
});
