import BetterSqlite3 from "better-sqlite3";
import { now } from "./clock.js";
import { serve } from "./processes.js";

// Another process that keeps a file's lock for writing to itself: locker.js PATH

const database = new BetterSqlite3(process.argv[2]);
serve({
  hold: () => void database.exec("BEGIN IMMEDIATE"),
  /** Answers when it was. */
  release() {
    database.exec("COMMIT");
    return now();
  },
});
