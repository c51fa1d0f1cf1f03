import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

export const root = join(import.meta.dirname, "../..");

/** A fenced block of a page: its language, the words after it, and where its text begins. */
export interface Block {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly words: readonly string[];
  readonly text: string;
}

/** The help pages by name, and the README. */
export async function readPages(): Promise<Map<string, string>> {
  const names = (await readdir(join(root, "docs"))).filter((name) => name.endsWith(".md")).sort();
  const pages = new Map([["README.md", await readFile(join(root, "README.md"), "utf8")]]);
  for (const name of names) pages.set(`docs/${name}`, await readFile(join(root, "docs", name), "utf8"));
  return pages;
}

/** The fenced blocks of a page, in order. */
export function blocksOf(page: string, markdown: string): Block[] {
  const blocks: Block[] = [];
  for (const match of markdown.matchAll(/^```(\S+)?(.*)\n([\s\S]*?)^```$/gm)) {
    const [, language = "", words = "", text = ""] = match;
    const line = markdown.slice(0, match.index).split("\n").length + 1;
    blocks.push({ page, line, language, words: words.trim().split(/\s+/).filter(Boolean), text });
  }
  return blocks;
}

/** The rows of a page's tables, each as its cells. */
export function rowsOf(markdown: string): string[][] {
  const lines = markdown.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| ---"));
  return lines.map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}
