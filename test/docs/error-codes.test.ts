import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readPages, root } from "./markdown.js";

test("every error code is in the reference", async () => {
  const source = await readFile(join(root, "runtime/src/base/errors.ts"), "utf8");
  const union = source.match(/export type ErrorCode =([^;]*);/)?.[1] ?? "";
  const codes = [...union.matchAll(/"(\w+)"/g)].map(([, code]) => code);
  const reference = (await readPages()).get("docs/reference.md") ?? "";
  expect(codes.length).toBeGreaterThan(20);
  expect(codes.filter((code) => !reference.includes(`\`${code}\``))).toEqual([]);
});
