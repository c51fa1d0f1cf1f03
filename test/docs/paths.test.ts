import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { blocksOf, root } from "./markdown.js";

// Pages about the code name it by paths. A path that is gone, or a link that leads
// nowhere, sends the reader astray, so each of them has to be there.

const decisions = (await readdir(join(root, "docs/decisions"))).map((file) => `docs/decisions/${file}`);
const pages = [
  "CONTRIBUTING.md",
  "SECURITY.md",
  "docs/architecture.md",
  "docs/guarantees.md",
  "test/README.md",
  ...decisions,
];
const roots = new Set(await readdir(root));

/** The text of a page without its fenced blocks. */
async function proseOf(page: string): Promise<string> {
  const markdown = await readFile(join(root, page), "utf8");
  return blocksOf(page, markdown).reduce((prose, { text }) => prose.replace(text, ""), markdown);
}

test.each(pages)("the paths that %s names are there", async (page) => {
  const spans = [...(await proseOf(page)).matchAll(/`([^`\n]+)`/g)].map(([, span = ""]) => span);
  const paths = spans.filter((span) => /^[\w./@-]+$/.test(span) && span.includes("/") && roots.has(firstOf(span)));
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test.each(pages)("the links of %s lead somewhere", async (page) => {
  const links = [...(await proseOf(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  const files = links.filter((link) => !/^(https?:|#)/.test(link)).map((link) => link.replace(/#.*$/, ""));
  expect(files.filter((file) => !existsSync(join(root, dirname(page), file)))).toEqual([]);
});

test("architecture.md lists each record of a decision, by the heading that it has", async () => {
  const architecture = (await proseOf("docs/architecture.md")).replaceAll(/\n +/g, " ");
  const listed = [...architecture.matchAll(/^(\d+\. )\[(.+)\]\(decisions\/(.+)\)$/gm)].map(
    ([, number, title, file]) => [`docs/decisions/${file}`, `# ${number}${title}`],
  );
  const records = await Promise.all(
    decisions.sort().map(async (record) => [record, (await readFile(join(root, record), "utf8")).split("\n")[0]]),
  );
  expect(listed).toEqual(records);
});

function firstOf(path: string): string {
  return path.split("/")[0] ?? "";
}
