import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pathBelow } from "../../src/tools/path-below.js";
import { readFile as readTool } from "../../src/tools/read-file.js";
import { writeFile as writeTool } from "../../src/tools/write-file.js";
import { newPlace } from "./folder.js";

const { folder, outside, context } = await newPlace();

const refused = [
  "",
  "..",
  "../folder-outside/secret.txt",
  "deep/../../folder-outside/secret.txt",
  "deep/../a.txt",
  "deep\\..\\..\\folder-outside",
  "/etc/passwd",
  `${folder}/a.txt`,
  "a.txt\0.md",
  "out",
  "out/secret.txt",
  "./out/new.txt",
  "secret-link.txt",
  "dangling",
  "dangling/new.txt",
];

test.each(refused)("%j is refused, for reading and for writing", async (path) => {
  await expect(pathBelow(folder, path)).rejects.toThrow("is not a path below the folder");
  await expect(readTool.act({ path }, context)).rejects.toThrow("is not a path below the folder");
  await expect(writeTool.act({ path, content: "x" }, context)).rejects.toThrow("is not a path below the folder");
  expect([await readdir(outside), await readFile(join(outside, "secret.txt"), "utf8")]).toEqual([
    ["secret.txt"],
    "the secret",
  ]);
});

test.each([
  ["a.txt", "a.txt"],
  ["./deep//er/b.md", "deep/er/b.md"],
  // A link that stays inside is followed.
  ["deep/back.txt", "a.txt"],
  ["new/er/c.txt", "new/er/c.txt"],
  ["..a/b..", "..a/b.."],
])("%j is below the folder", async (path, real) => {
  expect(await pathBelow(folder, path)).toBe(join(folder, real));
});

test("a file is no folder", () => expect(pathBelow(folder, "a.txt/b")).rejects.toThrow("as if it were a folder"));
