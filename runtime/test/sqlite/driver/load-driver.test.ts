import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { newFile } from "../../../../test/fixtures/stores.js";
import { loadDriver } from "../../../src/sqlite/driver/load-driver.js";
import { drivers } from "../drivers.js";

const runtime = fileURLToPath(new URL("../../..", import.meta.url));
const require = createRequire(import.meta.url);
const hasNodeSqlite = drivers.some(({ name }) => name === "node:sqlite");

/** A folder with this package and what it needs, but for better-sqlite3, of which it has what is given. */
function installed(betterSqlite3?: string): string {
  const folder = newFile("installed");
  const modules = join(folder, "node_modules");
  for (const name of ["@bufbuild/protobuf", "@sessionstream/proto"]) {
    cpSync(packageFolder(name), join(modules, name), { recursive: true, dereference: true });
  }
  for (const part of ["dist", "package.json"]) {
    cpSync(join(runtime, part), join(modules, "@sessionstream/runtime", part), { recursive: true });
  }
  if (betterSqlite3 !== undefined) {
    mkdirSync(join(modules, "better-sqlite3"), { recursive: true });
    writeFileSync(join(modules, "better-sqlite3/index.js"), betterSqlite3);
  }
  return folder;
}

function packageFolder(name: string): string {
  const folders = require.resolve.paths(name) ?? [];
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${name} is not installed`);
  return found;
}

/** What a program prints that stores an event, and closes; or the code and message of what it failed with. */
function run(folder: string): string {
  const program = `
    import { sqliteStore } from "@sessionstream/runtime/sqlite";
    try {
      const store = sqliteStore("store.db");
      console.log(await store.sessions());
      await store.close();
      sqliteStore(${JSON.stringify(dirname(folder))});
    } catch ({ code, message }) {
      console.log(code + ": " + message);
    }`;
  writeFileSync(join(folder, "program.mjs"), program);
  return spawnSync(process.execPath, ["program.mjs"], { cwd: folder, encoding: "utf8" }).stdout;
}

const without: [string, string | undefined, string][] = [
  ["is not installed", undefined, "npm install better-sqlite3 (Cannot find module 'better-sqlite3')"],
  [
    "is installed without its native part",
    'module.exports = class { constructor() { throw new Error("Could not locate the bindings file.\\nTried:") } };',
    "npm rebuild better-sqlite3 (Could not locate the bindings file.)",
  ],
];

describe.each(without)("where better-sqlite3 %s", (_, source, mend) => {
  test.runIf(hasNodeSqlite)("the module of Node.js is used, and errors name it", () => {
    expect(run(installed(source))).toMatch(/^\[\]\nSTORE_FAILED: cannot open SQLite file ".*" with node:sqlite: /);
  });

  test.runIf(!hasNodeSqlite)("and Node.js has no module, the error says what to do", () => {
    const needs = "the SQLite store needs the package better-sqlite3, or Node.js 22.13 or newer";
    expect(run(installed(source))).toBe(`DRIVER_MISSING: ${needs}: ${mend}\n`);
  });
});

test("better-sqlite3 is used where it can be loaded", () => {
  expect(loadDriver().name).toBe(drivers[0]?.name);
});
