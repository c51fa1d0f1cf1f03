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
  expect(promises).toHaveLength(10);
  expect(sections.map(([, heading]) => heading)).toEqual(promises);
  expect(sections.filter(([, , text]) => !text?.includes(".test.ts`")).map(([, heading]) => heading)).toEqual([]);
});
