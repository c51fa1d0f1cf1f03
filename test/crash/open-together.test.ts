import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { expect, test } from "vitest";
import { newFile } from "../fixtures/stores.js";

const script = fileURLToPath(new URL("open.mjs", import.meta.url));

test("several processes open new files at the same moment: each waits for the others", async () => {
  const files = Array.from({ length: 60 }, () => newFile());
  const children = Array.from({ length: 3 }, () => {
    const child = spawn(process.execPath, [script, ...files]);
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
}, 60_000);
