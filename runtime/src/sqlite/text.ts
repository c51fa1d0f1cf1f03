// Releases of node:sqlite, all of Node.js 22 among them, cut text that they read at its first NUL
// character. They write it whole, and read bytes as they are.

/** Text that an application chose, as it is read: as bytes where it has a NUL character. */
export type WholeText = string | Uint8Array;

/** SQL for a column of such text. */
export function whole(column: string): string {
  return `CASE WHEN instr(${column}, char(0)) THEN CAST(${column} AS BLOB) ELSE ${column} END`;
}

export function toText(read: WholeText): string {
  return typeof read === "string" ? read : decoder.decode(read);
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
