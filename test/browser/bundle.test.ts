import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { newFile } from "../fixtures/stores.js";
import { bundle, repository } from "./bundle.js";
import { userEnv } from "./user-env.js";

const chat = "../../examples/chatdemo/src";

test("a client with generated code has nothing of Node.js and nothing of the server in it", async () => {
  const { code, modules, warnings } = await bundle(`
    import { connect } from "@sessionstream/runtime/client";
    import { useEntities } from "@sessionstream/runtime/react";
    import { chatClient } from "${chat}/client-projection.js";
    export const client = connect("/ws", { features: [chatClient] });
    export { useEntities };
  `);
  expect(warnings).toEqual([]);
  expect(code).not.toMatch(/["']node:|__vite-browser-external|better-sqlite3/);
  // Of the hub, what checks ids and keys and what reads a snapshot is the client's too.
  const server = modules.filter((path) => /^runtime\/dist\/(hub|store|sqlite|ws|http|frames)\//.test(path));
  expect(server.sort()).toEqual([
    "runtime/dist/hub/idempotency-key.js",
    "runtime/dist/hub/session-id.js",
    "runtime/dist/hub/snapshot-of.js",
  ]);
});

test("without React, minified and compressed, it is below 40 kB", async () => {
  const { code } = await bundle(`
    import { connect } from "@sessionstream/runtime/client";
    import { chatClient } from "${chat}/client-projection.js";
    export const client = connect("/ws", { features: [chatClient] });
  `);
  expect(gzipSync(code).length).toBeLessThan(40_000);
});

test("the chat's page is built by `vite build`", async () => {
  const folder = newFile("page");
  const vite = join(repository, "node_modules/.bin/vite");
  const args = ["build", join(repository, "examples/chatdemo/web"), "--outDir", folder, "--emptyOutDir"];
  const { stdout, stderr } = await promisify(execFile)(vite, args, { env: userEnv });
  expect([stderr, stdout.includes("built in")]).toEqual(["", true]);
  expect(await readFile(join(folder, "index.html"), "utf8")).toMatch(/<script type="module" .*src="\/assets\//);
});
