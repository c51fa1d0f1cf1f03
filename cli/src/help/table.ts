import { style, type Terminal } from "../shell/terminal.js";
import { columnsOf, wrap } from "../shell/wrap.js";
import { renderInline } from "./inline.js";

const gap = "  ";

/** A table with its first row as the head. Wraps cells to fit the terminal. */
export function renderTable(rows: readonly (readonly string[])[], terminal: Terminal): readonly string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const cells = rows.map((row) =>
    Array.from({ length: count }, (_, column) => renderInline(row[column] ?? "", terminal)),
  );
  const widths = fit(cells, terminal.width - gap.length * (count - 1));
  const [head = [], ...body] = cells.map((row) => renderRow(row, widths));
  const rule = style(terminal, "dim", widths.map((width) => "-".repeat(width)).join(gap));
  // An empty line shows where a row of several lines ends.
  const isTall = body.some((lines) => lines.length > 1);
  return [
    ...head.map((line) => style(terminal, "bold", line)),
    rule,
    ...body.flatMap((lines, index) => [...(isTall && index > 0 ? [""] : []), ...lines]),
  ];
}

function renderRow(row: readonly string[], widths: readonly number[]): readonly string[] {
  const wrapped = row.map((cell, column) => wrap(cell, widths[column] ?? 0));
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    wrapped
      .map((lines, column) => {
        const text = lines[line] ?? "";
        return text + " ".repeat(Math.max((widths[column] ?? 0) - columnsOf(text), 0));
      })
      .join(gap)
      .trimEnd(),
  );
}

/** The widths that the columns need. If the table does not fit, the widest columns get less. */
function fit(rows: readonly (readonly string[])[], total: number): readonly number[] {
  const columns = rows[0]?.map((_, column) => rows.map((row) => row[column] ?? "")) ?? [];
  const widths = columns.map((cells) => Math.max(3, ...cells.map(columnsOf)));
  const least = columns.map((cells) => Math.max(3, ...cells.flatMap((cell) => cell.split(/\s+/)).map(columnsOf)));
  let excess = widths.reduce((sum, width) => sum + width, 0) - total;
  while (excess > 0) {
    // A word always stays whole, even if the table becomes too wide.
    const candidates = widths.map((width, column) => (width > (least[column] ?? 0) ? width : 0));
    const widest = candidates.indexOf(Math.max(...candidates));
    if (candidates[widest] === 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess--;
  }
  return widths;
}
