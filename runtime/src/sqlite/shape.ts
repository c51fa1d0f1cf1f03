import type { Database } from "./driver/driver.js";

/** What a file has of tables, indexes and views: by kind and name, and for a table its columns. */
export type Shape = ReadonlyMap<string, string>;

/** Those of SQLite itself are left out, such as statistics: they come and go. */
export function shapeOf(database: Database): Shape {
  const rows = database
    .prepare<[], { readonly object: string; readonly columns: string }>(
      `SELECT object.type || ' "' || object.name || '"' AS object,
         json_group_array(json_array(part.name, part.type, part."notnull", part.dflt_value, part.pk)) AS columns
       FROM sqlite_schema AS object LEFT JOIN pragma_table_info(object.name) AS part ON object.type = 'table'
       WHERE object.name NOT LIKE 'sqlite@_%' ESCAPE '@'
       GROUP BY object.type, object.name ORDER BY object.type = 'table' DESC, object.name`,
    )
    .all();
  return new Map(rows.map(({ object, columns }) => [object, columns]));
}

/**
 * What keeps a file from the shape that it should have, in words. What it has beyond that is
 * somebody else's business: tools that copy files keep tables of their own there.
 */
export function misshapen(got: Shape, want: Shape): string | undefined {
  for (const [object, columns] of want) {
    const found = got.get(object);
    if (found === undefined) return `no ${object}`;
    if (found !== columns) return `other columns in ${object}`;
  }
  return undefined;
}
