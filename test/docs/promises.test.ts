import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./markdown.js";

test("test/README.md says of each promise of the README which tests hold it", async () => {
  const [readme, tests] = await Promise.all(
    ["README.md", "test/README.md"].map((page) => readFile(join(root, page), "utf8")),
  );
  const promises = [...(readme ?? "").matchAll(/^(\d+\. )\*\*(.+)\.\*\*/gm)].map(
    ([, number, name]) => `${number}${name}`,
  );
  const sections = [...(tests ?? "").matchAll(/^### (\d+\. .+)\n([^#]*)/gm)];
  expect(promises).toHaveLength(12);
  expect(sections.map(([, heading]) => heading)).toEqual(promises);
  expect(sections.filter(([, , text]) => !text?.includes(".test.ts`")).map(([, heading]) => heading)).toEqual([]);
});

test("guarantees.md tells the promises of the README, each with a test or a campaign that holds it", async () => {
  const [readme = "", guarantees = ""] = await Promise.all(
    ["README.md", "docs/guarantees.md"].map((page) => readFile(join(root, page), "utf8")),
  );
  const promises = [...readme.matchAll(/^(\d+\. )\*\*(.+)\.\*\*/gm)].map(([, number, name]) => `${number}${name}`);
  const sections = [...guarantees.matchAll(/^## (\d+\. .+)\n([^#]*)/gm)];
  expect(sections.map(([, heading]) => heading)).toEqual(promises);
  const held = /- \*\*Held by\*\* `(.+\.test\.ts|npm run campaign -- \w+)`/;
  expect(sections.filter(([, , text = ""]) => !held.test(text)).map(([, heading]) => heading)).toEqual([]);
});
