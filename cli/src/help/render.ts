import { style, type Terminal } from "../shell/terminal.js";
import { columnsOf, wrap } from "../shell/wrap.js";
import { type Block, type ListItem, parseBlocks } from "./blocks.js";
import { renderInline } from "./inline.js";
import { renderTable } from "./table.js";

/** A Markdown page as text for a terminal, wrapped to its width. Code stays as it is. */
export function renderMarkdown(text: string, terminal: Terminal): string {
  return `${renderBlocks(parseBlocks(text), terminal).join("\n")}\n`;
}

/** The lines of blocks, with an empty line between two blocks. */
function renderBlocks(blocks: readonly Block[], terminal: Terminal): readonly string[] {
  return blocks.flatMap((block, index) => [...(index === 0 ? [] : [""]), ...renderBlock(block, terminal)]);
}

function renderBlock(block: Block, terminal: Terminal): readonly string[] {
  switch (block.kind) {
    case "heading":
      return renderHeading(block.level, renderInline(block.text, { ...terminal, styled: false }), terminal);
    case "paragraph":
      return wrap(renderInline(block.text, terminal), terminal.width);
    case "code":
      return [
        ...(block.title === "" ? [] : [`  ${style(terminal, "bold", block.title)}`]),
        ...block.lines.map((line) => `    ${line}`.trimEnd()),
      ];
    case "list":
      return renderList(block.items, terminal);
    case "quote":
      return indented(renderBlocks(block.blocks, narrower(terminal, 2)), style(terminal, "dim", "| "));
    case "table":
      return renderTable(block.rows, terminal);
    case "rule":
      return [style(terminal, "dim", "-".repeat(terminal.width))];
  }
}

/** Underlines the upper levels. So a heading differs from text even without styles. */
function renderHeading(level: number, text: string, terminal: Terminal): readonly string[] {
  const lines = wrap(text, terminal.width);
  const width = Math.max(0, ...lines.map(columnsOf));
  const underline = level === 1 ? "=" : level === 2 ? "-" : "";
  const bold = lines.map((line) => style(terminal, "bold", line));
  return underline === "" ? bold : [...bold, style(terminal, "bold", underline.repeat(width))];
}

/** Puts an empty line between two items if an item has more than one paragraph. */
function renderList(items: readonly ListItem[], terminal: Terminal): readonly string[] {
  const isLoose = items.some(({ blocks }) => blocks.filter(({ kind }) => kind !== "list").length > 1);
  return items.flatMap(({ marker, blocks }, index) => {
    const indent = " ".repeat(marker.length + 3);
    const inner = narrower(terminal, indent.length);
    const lines = isLoose ? renderBlocks(blocks, inner) : blocks.flatMap((block) => renderBlock(block, inner));
    const [first = "", ...rest] = lines;
    const gap = isLoose && index > 0 ? [""] : [];
    return [...gap, `  ${marker} ${first}`.trimEnd(), ...indented(rest, indent)];
  });
}

function indented(lines: readonly string[], indent: string): readonly string[] {
  return lines.map((line) => `${indent}${line}`.trimEnd());
}

function narrower(terminal: Terminal, columns: number): Terminal {
  return { ...terminal, width: Math.max(terminal.width - columns, 20) };
}
