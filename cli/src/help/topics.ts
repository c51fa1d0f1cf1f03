import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseBlocks } from "./blocks.js";
import { plainText } from "./inline.js";

/** A help page. */
export interface Topic {
  /** The name to ask for: the name of the file without `.md`. */
  readonly name: string;
  /** The first sentence after the heading. Without a sentence, the heading itself. */
  readonly summary: string;
  /** Markdown. */
  readonly text: string;
}

/** Reads the pages of the package, or of the repository around it. The page to read first comes first. */
export function readTopics(): readonly Topic[] {
  const folder = ["../../docs", "../../../docs"]
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((path) => existsSync(path));
  if (folder === undefined) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".md"))
    .sort(byReadingOrder)
    .map((file) => {
      const text = readFileSync(join(folder, file), "utf8");
      return { name: file.slice(0, -".md".length), summary: summaryOf(text), text };
    });
}

// Readers begin with getting-started. In the other pages they look things up.
function byReadingOrder(a: string, b: string): number {
  const rank = (file: string): number => (file === "getting-started.md" ? 0 : 1);
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}

function summaryOf(text: string): string {
  const blocks = parseBlocks(text);
  const paragraph = blocks.find((block) => block.kind === "paragraph");
  const heading = blocks.find((block) => block.kind === "heading");
  const [sentence] = plainText(paragraph?.text ?? heading?.text ?? "").split(/(?<=[.!?])\s/);
  return sentence ?? "";
}
