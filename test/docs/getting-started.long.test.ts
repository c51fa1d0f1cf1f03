import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packAll, serveRegistry } from "../pack/local-registry.js";
import { blocksOf, root } from "./markdown.js";

// Follows docs/getting-started.md to the letter in an empty folder, with the
// packages as they would be published.

let folder: string;
let registry: { url: string; close(): Promise<void> };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "getting-started-"));
  const tarballs = join(folder, "../", `${folder.split("/").at(-1)}-packed`);
  await mkdir(tarballs);
  registry = await serveRegistry(await packAll(tarballs));
  await rm(tarballs, { recursive: true });
  // Our packages come from here, all others from where npm is told to look.
  await writeFile(join(folder, ".npmrc"), `@sessionstream:registry=${registry.url}\n`);
}, 60_000);
afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true });
});

/** Runs a line as a shell does; resolves to what it printed to stdout. */
function run(line: string): Promise<string> {
  const env = {
    ...process.env,
    // better-sqlite3 would compile for a minute; what this repository built is put in its place.
    npm_config_ignore_scripts: "true",
    npm_config_prefer_offline: "true",
    npm_config_audit: "false",
    npm_config_fund: "false",
  };
  const child = spawn("sh", ["-ec", line], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let all = "";
  child.stdout.on("data", (data) => {
    stdout += data;
    all += data;
  });
  child.stderr.on("data", (data) => {
    all += data;
  });
  return new Promise((resolve, reject) => {
    child.once("close", (code) =>
      code === 0 ? resolve(stdout) : reject(new Error(`${line}\nended with ${code}:\n${all}`)),
    );
  });
}

test("the getting-started page, followed to the letter, ends in a running application", async () => {
  const markdown = await readFile(join(root, "docs/getting-started.md"), "utf8");
  let printed = "";
  const compared: string[] = [];
  for (const { language, words, text } of blocksOf("docs/getting-started.md", markdown)) {
    const [path, how] = words;
    if (path !== undefined) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text, { flag: how === "append" ? "a" : "w" });
    } else if (language === "sh") {
      for (const line of text.trim().split("\n")) {
        printed = await run(line);
        if (line.includes("better-sqlite3")) {
          const build = "node_modules/better-sqlite3/build";
          await cp(join(root, build), join(folder, build), { recursive: true });
        }
      }
    } else if (language === "text") {
      expect(printed).toBe(text);
      compared.push(text);
    } else {
      throw new Error(`a block of ${language} that is neither a file, nor commands, nor what they print`);
    }
  }
  expect(compared).toHaveLength(4);
}, 180_000);
