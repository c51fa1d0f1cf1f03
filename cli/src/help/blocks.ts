/** A part of a Markdown page. */
export type Block =
  | { readonly kind: "heading"; readonly level: number; readonly text: string }
  | { readonly kind: "paragraph"; readonly text: string }
  | { readonly kind: "code"; readonly title: string; readonly lines: readonly string[] }
  | { readonly kind: "list"; readonly items: readonly ListItem[] }
  | { readonly kind: "quote"; readonly blocks: readonly Block[] }
  | { readonly kind: "table"; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: "rule" };

/** An item of a list, with its content. */
export interface ListItem {
  /** The text before the item: `•` or a number. */
  readonly marker: string;
  readonly blocks: readonly Block[];
}

const fence = /^ {0,3}(`{3,}|~{3,})/;
const heading = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/;
const item = /^( {0,3})([-*+]|\d{1,9}[.)])(\s+|$)/;
const tableRule = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

/** Reads the Markdown of a help page. Leaves out HTML comments. */
export function parseBlocks(text: string): readonly Block[] {
  return parseLines(
    text
      .replaceAll("\r\n", "\n")
      .replaceAll(/^<!--[\s\S]*?-->\n?/gm, "")
      .split("\n"),
  );
}

function parseLines(lines: readonly string[]): readonly Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; ) {
    const { block, end } = parseBlock(lines, at);
    if (block !== undefined) blocks.push(block);
    at = end;
  }
  return blocks;
}

interface Parsed {
  readonly block: Block | undefined;
  /** The line after the block. */
  readonly end: number;
}

function parseBlock(lines: readonly string[], start: number): Parsed {
  const line = lines[start] ?? "";
  if (line.trim() === "") return { block: undefined, end: start + 1 };
  const title = heading.exec(line);
  if (title !== null) {
    const [, marks = "", text = ""] = title;
    return { block: { kind: "heading", level: marks.length, text }, end: start + 1 };
  }
  if (fence.test(line)) return parseCode(lines, start);
  if (/^ {0,3}([-*_])(\s*\1){2,}\s*$/.test(line)) return { block: { kind: "rule" }, end: start + 1 };
  if (item.test(line)) return parseList(lines, start);
  if (/^ {0,3}>/.test(line)) {
    const end = endOf(lines, start, (next) => /^ {0,3}>/.test(next));
    const inner = lines.slice(start, end).map((quoted) => quoted.replace(/^ {0,3}> ?/, ""));
    return { block: { kind: "quote", blocks: parseLines(inner) }, end };
  }
  if (line.includes("|") && tableRule.test(lines[start + 1] ?? "")) {
    const end = endOf(lines, start, (next) => next.includes("|"));
    const rows = lines.slice(start, end).filter((_, index) => index !== 1);
    return { block: { kind: "table", rows: rows.map(cellsOf) }, end };
  }
  const end = endOf(lines, start, (next) => next.trim() !== "" && !interrupts(next));
  const text = lines
    .slice(start, end)
    .map((each) => each.trim())
    .join("\n");
  return { block: { kind: "paragraph", text }, end };
}

function parseCode(lines: readonly string[], start: number): Parsed {
  const [opening = ""] = fence.exec(lines[start] ?? "") ?? [];
  // The file's name follows the language, as in "ts src/main.ts".
  const [, title = ""] = (lines[start] ?? "").slice(opening.length).trim().split(/\s+/);
  const closing = new RegExp(`^\\s*${opening.trim()}\\s*$`);
  const end = endOf(lines, start, (line) => !closing.test(line));
  return { block: { kind: "code", title, lines: lines.slice(start + 1, end) }, end: end + 1 };
}

/** Reads a list. Indented lines below an item belong to the item, with the empty lines between them. */
function parseList(lines: readonly string[], start: number): Parsed {
  const items: ListItem[] = [];
  let at = start;
  for (let found = item.exec(lines[at] ?? ""); found !== null; found = item.exec(lines[at] ?? "")) {
    const [whole, , marker = ""] = found;
    const end = endOf(lines, at, (line, index) =>
      line.trim() === ""
        ? isIndented(lines[index + 1])
        : isIndented(line) || (!(item.test(line) || interrupts(line)) && lines[index - 1]?.trim() !== ""),
    );
    const indent = new RegExp(`^ {0,${whole.length}}`);
    const content = [
      (lines[at] ?? "").slice(whole.length),
      ...lines.slice(at + 1, end).map((line) => line.replace(indent, "")),
    ];
    items.push({ marker: /\d/.test(marker) ? marker : "•", blocks: parseLines(content) });
    at = end;
    if (lines[at]?.trim() === "" && item.test(lines[at + 1] ?? "")) at++;
  }
  return { block: { kind: "list", items }, end: at };
}

function endOf(lines: readonly string[], start: number, goesOn: (line: string, index: number) => boolean): number {
  let end = start + 1;
  while (end < lines.length && goesOn(lines[end] ?? "", end)) end++;
  return end;
}

function isIndented(line: string | undefined): boolean {
  return line !== undefined && /^\s{2,}\S/.test(line);
}

/** Whether a line begins a new block without an empty line before it. */
function interrupts(line: string): boolean {
  return fence.test(line) || heading.test(line) || item.test(line) || /^ {0,3}>/.test(line);
}

function cellsOf(line: string): readonly string[] {
  const inner = line.trim().replace(/^\||\|$/g, "");
  // A bar in a code span or after a backslash is a part of the text.
  const cells = inner.match(/(?:`[^`]*`|\\.|[^|`\\])+|(?<=\|)(?=\|)|^(?=\|)|(?<=\|)$/g) ?? [];
  return cells.map((cell) => cell.trim().replaceAll("\\|", "|"));
}
