import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { expect, test } from "vitest";
import { cases, longer } from "../fixtures/cases.js";
import { scriptOf } from "../fixtures/script.js";
import { newFile } from "../fixtures/stores.js";
import { restore } from "../releases/sql.js";

/** A file that is migrated when it is opened. */
function restored(): string {
  const path = newFile();
  restore(path, readFileSync(new URL("../releases/0.3.sql", import.meta.url), "utf8"));
  return path;
}

test.each([
  ["new files", newFile],
  ["files of an earlier release", restored],
])(
  "several processes open %s at the same moment: each waits for the others",
  async (_, make) => {
    const files = Array.from({ length: cases(30).numRuns }, () => make());
    const children = Array.from({ length: 3 }, () => {
      const child = spawn(process.execPath, [scriptOf("crash/open"), ...files]);
      let complaints = "";
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        complaints += text;
      });
      const ended = once(child, "close").then(() => complaints);
      return { child, ready: once(child.stdout, "data"), ended };
    });
    await Promise.all(children.map(({ ready }) => ready));
    for (const { child } of children) child.stdin.end("go\n");
    for (const { ended } of children) expect(await ended).toBe("");
    for (const file of files) await sqliteStore(file).close();
  },
  longer(60_000),
);
