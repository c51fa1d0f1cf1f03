import type { Database } from "./driver/driver.js";

interface Orphan {
  readonly table: string;
  readonly rows: number;
}

/** What is wrong with a file, in words: damage that SQLite finds, and rows of sessions that are not there. */
export function checkFile(database: Database): readonly string[] {
  const damage = database
    .prepare<[], string>("PRAGMA integrity_check")
    .pluck()
    .all()
    .filter((each) => each !== "ok");
  const orphans = database
    .prepare<[], Orphan>(`SELECT "table", count(*) AS rows FROM pragma_foreign_key_check GROUP BY "table"`)
    .all();
  return [
    ...damage,
    ...orphans.map(({ table, rows }) => `${rows} rows of ${table} are of sessions that are not there`),
  ];
}
