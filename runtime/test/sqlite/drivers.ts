import { betterSqlite3 } from "../../src/sqlite/driver/better-sqlite3.js";
import type { Driver } from "../../src/sqlite/driver/driver.js";
import { nodeSqlite } from "../../src/sqlite/driver/node-sqlite.js";
import type { SqliteStoreOptions } from "../../src/sqlite/open.js";
import { openStore, type SqliteStore } from "../../src/sqlite/sqlite-store.js";

/** Opens stores, as `sqliteStore` does. */
export type Open = (path: string, options?: SqliteStoreOptions) => SqliteStore;

/** The drivers that can be used on this machine and Node.js. */
export const drivers: readonly Driver[] = [betterSqlite3, nodeSqlite].flatMap((load) => {
  try {
    return [load()];
  } catch {
    return [];
  }
});

/** With each driver, what opens stores. */
export const openers: readonly (readonly [name: string, open: Open, driver: Driver])[] = drivers.map((driver) => [
  driver.name,
  (path, options = {}) => openStore(path, options, driver),
  driver,
]);
