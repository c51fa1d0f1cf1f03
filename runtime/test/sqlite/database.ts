import Database from "better-sqlite3";

/** Makes a database in a file, without a store. */
export function makeDatabase(path: string, sql: string): void {
  const made = new Database(path);
  made.exec(sql);
  made.close();
}
