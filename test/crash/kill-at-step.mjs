import { createRequire } from "node:module";

/**
 * Kills this process before the n-th statement that writes to SQLite since `begin` was called: within a transaction, before
 * its end, or between two. `next` counts another step, such as one of a backup. To be called before a store is opened.
 * Never, where n is no number above 0.
 */
export function killAtStep(last) {
  let isCounting = false;
  let step = 0;
  const next = () => {
    if (++step === last) process.kill(process.pid, "SIGKILL");
  };
  const Database = driver();
  const { prepare } = Database.prototype;
  Database.prototype.prepare = function (sql) {
    const statement = prepare.call(this, sql);
    const { run } = statement;
    statement.run = (...bound) => {
      if (isCounting) next();
      return run.apply(statement, bound);
    };
    return statement;
  };
  return {
    begin: () => {
      isCounting = true;
    },
    next,
    count: () => step,
  };
}

/** What the store uses. */
function driver() {
  const require = createRequire(import.meta.url);
  try {
    const BetterSqlite3 = require("better-sqlite3");
    new BetterSqlite3(":memory:").close();
    return BetterSqlite3;
  } catch {
    return require("node:sqlite").DatabaseSync;
  }
}
