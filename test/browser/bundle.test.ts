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
const generated = "examples/chatdemo/src/gen/chat/v1/chat_sessionstream.ts";

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
  expect(modules.filter((path) => /^runtime\/dist\/(hub|sqlite|ws|http|frames)\//.test(path))).toEqual([]);
});

// The chat declares a run, which brings its message, its options and its descriptor. Payloads that nobody can change bring
// what copies and freezes them: half a kilobyte.
test("without React, minified and compressed, it is below 41.5 kB", async () => {
  const { code } = await bundle(`
    import { connect } from "@sessionstream/runtime/client";
    import { chatClient } from "${chat}/client-projection.js";
    export const client = connect("/ws", { features: [chatClient] });
  `);
  expect(gzipSync(code).length).toBeLessThan(41_500);
});

test("with one descriptor of fifteen in it, there are no others", async () => {
  const { code } = await bundle(`
    import { ChatTokensDelta } from "${chat}/gen/chat/v1/chat_sessionstream.js";
    console.log(ChatTokensDelta.name);
  `);
  const all = [...(await readFile(join(repository, generated), "utf8")).matchAll(/^export const (Chat\w+): Desc/gm)];
  const names = all.map(([, name = ""]) => name);
  expect(names).toHaveLength(15);
  expect(names.filter((name) => code.includes(`"${name}"`) || code.includes(`\`${name}\``))).toEqual([
    "ChatTokensDelta",
  ]);
});

test("the chat's page is built by `vite build`", async () => {
  const folder = newFile("page");
  const vite = join(repository, "node_modules/.bin/vite");
  const args = ["build", join(repository, "examples/chatdemo/web"), "--outDir", folder, "--emptyOutDir"];
  const { stdout, stderr } = await promisify(execFile)(vite, args, { env: userEnv });
  expect([stderr, stdout.includes("built in")]).toEqual(["", true]);
  expect(await readFile(join(folder, "index.html"), "utf8")).toMatch(/<script type="module" .*src="\/assets\//);
});
