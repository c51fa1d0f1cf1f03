import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeFile as tool } from "../../src/tools/write-file.js";
import { contextOf, newPlace } from "./folder.js";

const { folder, outside, context } = await newPlace();
const at = (path: string) => join(folder, path);

test("a file is written, with the folders on its way, and leaves nothing else", async () => {
  expect(await tool.act({ path: "w/1/c.txt", content: "grüße" }, context)).toBe("w/1/c.txt has these 7 bytes");
  expect([await readFile(at("w/1/c.txt"), "utf8"), await readdir(at("w/1"))]).toEqual(["grüße", ["c.txt"]]);
});

test("a file is replaced whole, and stays as executable as it was", async () => {
  await mkdir(at("w/2"), { recursive: true });
  await writeFile(at("w/2/run.sh"), "old");
  await chmod(at("w/2/run.sh"), 0o755);
  const { ino } = await stat(at("w/2/run.sh"));
  await tool.act({ path: "w/2/run.sh", content: "new" }, context);
  const now = await stat(at("w/2/run.sh"));
  expect([await readFile(at("w/2/run.sh"), "utf8"), now.mode & 0o777, now.ino === ino]).toEqual(["new", 0o755, false]);
});

test("a write that is done again leaves the file alone that it wrote", async () => {
  await tool.act({ path: "w/3/c.txt", content: "once" }, context);
  const { ino, mtimeMs } = await stat(at("w/3/c.txt"));
  await tool.act({ path: "w/3/c.txt", content: "once" }, context);
  expect(await stat(at("w/3/c.txt"))).toMatchObject({ ino, mtimeMs });
});

test("what a kill left of it is taken over", async () => {
  await mkdir(at("w/4"));
  await writeFile(at("w/4/.call-1.tmp"), "half of something that was much longer");
  await tool.act({ path: "w/4/c.txt", content: "all" }, context);
  expect([await readdir(at("w/4")), await readFile(at("w/4/c.txt"), "utf8")]).toEqual([["c.txt"], "all"]);
});

test("calls do not use each other's temporary files", async () => {
  const calls = Array.from({ length: 20 }, (_, index) => contextOf(folder, `call-${index}`));
  await Promise.all(calls.map((each) => tool.act({ path: "w/5/c.txt", content: each.key.repeat(1000) }, each)));
  const text = await readFile(at("w/5/c.txt"), "utf8");
  expect([calls.some(({ key }) => text === key.repeat(1000)), await readdir(at("w/5"))]).toEqual([true, ["c.txt"]]);
});

test("a folder, and a link in the place of the temporary file, are refused", async () => {
  await expect(tool.act({ path: "deep", content: "" }, context)).rejects.toThrow('"deep" is not a file');
  await mkdir(at("w/6"));
  await symlink(join(outside, "secret.txt"), at("w/6/.call-1.tmp"));
  await expect(tool.act({ path: "w/6/c.txt", content: "x" }, context)).rejects.toThrow("ELOOP");
  expect(await readFile(join(outside, "secret.txt"), "utf8")).toBe("the secret");
});

test("a write that is stopped writes nothing", async () => {
  const signal = AbortSignal.abort(new Error("stopped"));
  await expect(tool.act({ path: "w/7/c.txt", content: "x" }, { ...context, signal })).rejects.toThrow("stopped");
  expect(await readdir(at("w/7"))).toEqual([]);
});
