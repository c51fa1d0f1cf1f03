import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { repository, writeFiles } from "../support/project.js";
import { type Ran, runNode, sessionstream } from "../support/run.js";

// The command as a package has it: with the pages in a folder of its own.
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sessionstream-help-"));
  for (const path of ["bin", "dist", "package.json"])
    cpSync(join(repository, "cli", path), join(folder, path), { recursive: true });
  const require = createRequire(join(repository, "cli/package.json"));
  mkdirSync(join(folder, "node_modules/@sessionstream"), { recursive: true });
  symlinkSync(dirname(require.resolve("commander")), join(folder, "node_modules/commander"), "dir");
  symlinkSync(join(repository, "plugin"), join(folder, "node_modules/@sessionstream/plugin"), "dir");
  writeFiles(folder, {
    "docs/glossary.md": "# Glossary\n\nWhat the words mean. All of them.\n",
    "docs/getting-started.md":
      "# Getting started\n\nBuild `a small` application\nin ten minutes. Then go on.\n\n```ts\nconst a = 1;\n```\n",
    "docs/bare.md": "# Only a heading\n",
    "docs/notes.txt": "not a page",
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

const help = (args: readonly string[], env = {}): Ran => runNode(folder, ["bin/sessionstream", "help", ...args], env);

test("help lists the pages with what they are about, the first to read first", () => {
  expect(help([])).toEqual({
    code: 0,
    stderr: "",
    stdout: `To print a page: "sessionstream help TOPIC". To list the commands: "sessionstream --help".

  getting-started  Build a small application in ten minutes.
  bare             Only a heading
  glossary         What the words mean.
`,
  });
});

test("help prints a page, wrapped to the width", () => {
  expect(help(["getting-started"], { COLUMNS: "40" }).stdout).toBe(
    "Getting started\n===============\n\nBuild `a small` application in ten\nminutes. Then go on.\n\n    const a = 1;\n",
  );
});

test("the beginning of a topic's name is enough to be led there", () => {
  expect(help(["getting"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('did you mean "getting-started"?'),
  });
});

test("a topic that is not there is told apart from one that is misspelt, and exits with 2", () => {
  expect(help(["geting-startd"])).toEqual({
    code: 2,
    stdout: "",
    stderr:
      'sessionstream: no help page is called "geting-startd": did you mean "getting-started"? (TOPIC_NOT_FOUND)\n',
  });
  expect(help(["quantum"]).stderr).toContain("want one of getting-started, bare, glossary, lint, db, help");
});

test("help of a command is the command's own", () => {
  const { code, stdout } = help(["lint"]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("Usage: sessionstream lint [options]") });
});

test("in the repository, the pages are those of its docs", () => {
  expect(sessionstream(repository, ["help"]).code).toBe(0);
});
