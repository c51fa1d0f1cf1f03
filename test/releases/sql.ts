import Database from "better-sqlite3";

/** The whole of an SQLite file as SQL text, its version and its mark included. */
export function dump(path: string): string {
  const database = new Database(path, { readonly: true });
  database.defaultSafeIntegers();
  const lines: string[] = [];
  const made = database.prepare("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid").all();
  for (const { type, name, sql } of made as { type: string; name: string; sql: string }[]) {
    if (name.startsWith("sqlite_")) continue;
    lines.push(`${sql};`);
    if (type !== "table") continue;
    for (const row of database.prepare(`SELECT * FROM "${name}"`).raw().iterate()) {
      lines.push(`INSERT INTO "${name}" VALUES (${(row as unknown[]).map(literal).join(", ")});`);
    }
  }
  for (const name of ["user_version", "application_id"]) {
    lines.push(`PRAGMA ${name} = ${database.pragma(name, { simple: true })};`);
  }
  database.close();
  return `${lines.join("\n")}\n`;
}

/** Makes an SQLite file of SQL text. */
export function restore(path: string, sql: string): void {
  const database = new Database(path);
  database.exec(`BEGIN; ${sql} COMMIT;`);
  database.close();
}

function literal(value: unknown): string {
  if (value === null) return "NULL";
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString("hex")}'`;
  return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
}
