/**
 * Text of others, such as an id in a file, as it can be printed: what would move a terminal's cursor, begin a line or turn
 * the order of letters is escaped, as in JSON.
 */
export function printable(text: string): string {
  return text.replace(unprintable, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The same of text that has lines. */
export function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

const unprintable = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu;

/** A word as a shell reads it. */
export function shellWord(word: string): string {
  if (/^[\w./:@%+=,\\-]+$/.test(word)) return word;
  return process.platform === "win32" ? `"${word}"` : `'${word.replaceAll("'", "'\\''")}'`;
}
