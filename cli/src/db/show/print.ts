import { once } from "node:events";
import { exitCodes } from "../../shell/exit-code.js";
import { printable } from "../../shell/printable.js";

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // Whoever reads has all that it wants, such as "head".
  if (error.code === "EPIPE") process.exit(exitCodes.clean);
  console.error(`sessionstream: cannot print: ${error.message}`);
  process.exit(exitCodes.cannotRun);
});

/** Prints a line, and waits where whoever reads it is slower. JSON stays what it is, as only its strings have control characters. */
export async function print(line: string): Promise<void> {
  if (!process.stdout.write(`${printable(line)}\n`)) await once(process.stdout, "drain");
}

/** One JSON object in a line, with bigints as strings. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? String(each) : each));
}

/** A time as people and programs read it. */
export function shownTime(milliseconds: number): string {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? String(milliseconds) : date.toISOString();
}

/** A size, to three digits. */
export function shownSize(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let size = bytes;
  let unit = 0;
  for (; size >= 1000 && unit < units.length - 1; unit++) size /= 1000;
  return `${unit === 0 ? size : size.toPrecision(3)} ${units[unit]}`;
}

function isNumeric(cell: string): boolean {
  return /^[\d.]+( [kMGT]?B)?$/.test(cell);
}

/** Rows under headings, with the columns that are numbers to the right. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = headings.map((heading, column) =>
    rows.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), heading.length),
  );
  const isNumber = headings.map((_, column) => column > 0 && rows.every((row) => isNumeric(row[column] ?? "")));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (isNumber[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd();
  return [line(headings), ...rows.map(line)];
}
