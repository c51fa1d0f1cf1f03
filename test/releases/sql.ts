import { openRaw } from "../fixtures/raw-database.js";

/** The whole of an SQLite file as SQL text, its version and its mark included. */
export function dump(path: string): string {
  const database = openRaw(path, { readonly: true, exact: true });
  const lines: string[] = [];
  const made = database.rows("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid");
  for (const { type, name, sql } of made as { type: string; name: string; sql: string }[]) {
    if (name.startsWith("sqlite_")) continue;
    lines.push(`${sql};`);
    if (type !== "table") continue;
    for (const row of database.rows(`SELECT * FROM "${name}"`)) {
      lines.push(`INSERT INTO "${name}" VALUES (${Object.values(row).map(literal).join(", ")});`);
    }
  }
  for (const name of ["user_version", "application_id"]) {
    lines.push(`PRAGMA ${name} = ${database.value(`PRAGMA ${name}`)};`);
  }
  database.close();
  return `${lines.join("\n")}\n`;
}

/** Makes an SQLite file of SQL text. */
export function restore(path: string, sql: string): void {
  const database = openRaw(path);
  database.exec(`BEGIN; ${sql} COMMIT;`);
  database.close();
}

function literal(value: unknown): string {
  if (value === null) return "NULL";
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString("hex")}'`;
  return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
}
