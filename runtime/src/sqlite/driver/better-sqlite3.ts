import { createRequire } from "node:module";
import type BetterSqlite3 from "better-sqlite3";
import type { Driver } from "./driver.js";

/** The package better-sqlite3. @throws where it is not installed, or without a native part for this Node.js. */
export function betterSqlite3(): Driver {
  const Database = createRequire(import.meta.url)("better-sqlite3") as typeof BetterSqlite3;
  // It loads its native part not before it opens something.
  new Database(":memory:").close();
  return {
    name: "better-sqlite3",
    open: (path, { readonly = false } = {}) => new Database(path, { readonly, fileMustExist: readonly }),
    async backup(database, path, pages, onStep) {
      const progress = (step: Parameters<typeof onStep>[0]) => {
        onStep(step);
        return pages;
      };
      onStep(await (database as BetterSqlite3.Database).backup(path, { progress }));
    },
  };
}
