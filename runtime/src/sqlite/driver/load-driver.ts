import { messageOf, SessionstreamError } from "../../base/errors.js";
import { betterSqlite3 } from "./better-sqlite3.js";
import type { Driver } from "./driver.js";
import { nodeSqlite } from "./node-sqlite.js";

let loaded: Driver | undefined;

/**
 * better-sqlite3, and where that cannot be used, the module of Node.js, which needs no compiler.
 * @throws DRIVER_MISSING.
 */
export function loadDriver(): Driver {
  loaded ??= findDriver();
  return loaded;
}

function findDriver(): Driver {
  try {
    return betterSqlite3();
  } catch (thrown) {
    try {
      return nodeSqlite();
    } catch {
      throw new SessionstreamError("DRIVER_MISSING", missing(thrown), { cause: thrown });
    }
  }
}

function missing(thrown: unknown): string {
  const [reason = ""] = messageOf(thrown).split("\n");
  const isBroken = !reason.startsWith("Cannot find module");
  const mend = isBroken ? "npm rebuild better-sqlite3" : "npm install better-sqlite3";
  return `the SQLite store needs the package better-sqlite3, or Node.js 22.13 or newer: ${mend} (${reason})`;
}
