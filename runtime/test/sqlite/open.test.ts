import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { newFile } from "../../../test/fixtures/stores.js";
import type { Database, Driver } from "../../src/sqlite/driver/driver.js";
import { openStore } from "../../src/sqlite/sqlite-store.js";
import { batchOf, commit, eventAt } from "../../src/testing/store/batches.js";
import { openers } from "./drivers.js";

describe.each(openers)("with %s", (_driver, sqliteStore, driver) => {
  const failed = expect.objectContaining({ name: "SessionstreamError", code: "STORE_FAILED" });

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

    test("that is empty, where it is only to be read, with what to do", () => {
      const path = newFile();
      writeFileSync(path, "");
      expect(() => sqliteStore(path, { readonly: true })).toThrow(/open it for writing once/);
      const store = sqliteStore(path);
      return store.close();
    });
  });

  test("a file that fails while a store is made of it is closed again", async () => {
    const path = newFile();
    await sqliteStore(path).close();
    const opened: Database[] = [];
    const failing: Driver = {
      ...driver,
      open(...given) {
        const database = driver.open(...given);
        opened.push(database);
        const prepare = database.prepare.bind(database);
        database.prepare = (sql) => {
          if (/FROM hidden WHERE touched/.test(sql)) throw Object.assign(new Error("locked"), { code: "SQLITE_BUSY" });
          return prepare(sql);
        };
        return database;
      },
    };
    expect(() => openStore(path, {}, failing)).toThrow(failed);
    // A driver may leave commits beside a file that it closes. Then it is looked at before.
    expect(opened.length).toBeGreaterThan(0);
    expect(opened.filter(({ open }) => open)).toEqual([]);
  });

  test("what is read while a file is opened waits for others as the rest of opening does", async () => {
    const steps: string[] = [];
    const noting: Driver = {
      ...driver,
      open(...given) {
        const database = driver.open(...given);
        const { exec, prepare } = { exec: database.exec.bind(database), prepare: database.prepare.bind(database) };
        database.exec = (sql) => {
          steps.push(sql);
          return exec(sql);
        };
        database.prepare = (sql) => {
          steps.push(sql);
          return prepare(sql);
        };
        return database;
      },
    };
    const store = openStore(newFile(), {}, noting);
    expect(steps.at(-1)).toBe("PRAGMA busy_timeout = 0");
    await store.close();
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

  test.each([undefined, ""])("an SQLite store is not made of the path %j", (path) => {
    expect(() => sqliteStore(path as string)).toThrow('want the path of a file or ":memory:"');
  });
});
