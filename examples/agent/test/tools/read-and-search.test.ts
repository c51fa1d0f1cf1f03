import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readFile } from "../../src/tools/read-file.js";
import { searchFiles } from "../../src/tools/search-files.js";
import { newPlace } from "./folder.js";

const { folder, context } = await newPlace();

test("a file is read", async () => {
  expect(await readFile.act({ path: "deep/back.txt" }, context)).toBe("one\nTwo words\nthree\n");
});

test("what cannot be read is said", async () => {
  await writeFile(join(folder, "picture.bin"), Buffer.from([1, 0, 2]));
  execFileSync("mkfifo", [join(folder, "pipe")]);
  await expect(readFile.act({ path: "none.txt" }, context)).rejects.toThrow('there is no file "none.txt"');
  await expect(readFile.act({ path: "deep" }, context)).rejects.toThrow('"deep" is not a file');
  await expect(readFile.act({ path: "pipe" }, context)).rejects.toThrow('"pipe" is not a file');
  await expect(readFile.act({ path: "picture.bin" }, context)).rejects.toThrow("is not a text file");
});

test("a long file is cut, and says so", async () => {
  await writeFile(join(folder, "long.log"), "x".repeat(100_000));
  const text = await readFile.act({ path: "long.log" }, context);
  expect(text).toHaveLength(32_768 + "\n[cut: these are 32768 of 100000 bytes]".length);
  expect(text).toMatch(/x\n\[cut: these are 32768 of 100000 bytes\]$/);
});

test("lines and paths are found, in a fixed order, and never through a link", async () => {
  expect(await searchFiles.act({ text: "TWO" }, context)).toBe("a.txt:2: Two words\ndeep/er/b.md:1: two");
  expect(await searchFiles.act({ text: "b.md" }, context)).toBe("deep/er/b.md");
  expect(await searchFiles.act({ text: "the secret" }, context)).toBe('nothing contains "the secret"');
});

test("many hits are cut, and say so", async () => {
  await writeFile(join(folder, "many.txt"), "needle\n".repeat(1000));
  const found = (await searchFiles.act({ text: "needle" }, context)).split("\n");
  expect([found.length, found[49], found[50]]).toEqual([51, "many.txt:50: needle", "[cut: there are more than 50]"]);
});
