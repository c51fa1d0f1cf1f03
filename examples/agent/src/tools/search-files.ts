import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Tool } from "./tool.js";

const mostHits = 50;
/** In characters. */
const longestLine = 200;
/** In bytes. */
const largestFile = 1_000_000;
const passedOver: ReadonlySet<string> = new Set(["node_modules", ".git", "dist"]);

export const searchFiles: Tool<"text"> = {
  name: "search_files",
  description: "Finds the lines that contain a text, as path:line: text, and the paths that contain it.",
  parameters: { text: "The text. Upper and lower case are the same." },
  needsApproval: false,
  isRepeatable: true,
  async act({ text }, { folder, signal }) {
    const hits: string[] = [];
    const root = await realpath(folder);
    for await (const file of filesBelow(root)) {
      signal.throwIfAborted();
      hits.push(...(await hitsIn(file, relative(root, file), text.toLowerCase())));
      if (hits.length > mostHits)
        return `${hits.slice(0, mostHits).join("\n")}\n[cut: there are more than ${mostHits}]`;
    }
    return hits.length === 0 ? `nothing contains "${text}"` : hits.join("\n");
  },
};

/** In the order of their names, so that the same search finds the same. Links are not followed. */
async function* filesBelow(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (passedOver.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}

async function hitsIn(file: string, name: string, text: string): Promise<string[]> {
  const hits = name.toLowerCase().includes(text) ? [name] : [];
  if ((await stat(file)).size > largestFile) return hits;
  const content = await readFile(file, "utf8");
  if (content.includes("\0")) return hits;
  for (const [index, line] of content.split("\n").entries()) {
    if (hits.length > mostHits) break;
    if (line.toLowerCase().includes(text)) hits.push(`${name}:${index + 1}: ${line.trim().slice(0, longestLine)}`);
  }
  return hits;
}
