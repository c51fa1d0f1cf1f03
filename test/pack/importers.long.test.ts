import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "../docs/markdown.js";
import { type Packed, packAll } from "./local-registry.js";

let folder: string;
let packages: Packed[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sessionstream-pack-"));
  packages = await packAll(folder);
}, 180_000);
afterAll(() => rm(folder, { recursive: true }));

test("each entry point of each package resolves for importers, with types", async () => {
  // One that has only its package.json is a command.
  const imported = packages.filter(({ manifest }) => Object.keys((manifest.exports as object) ?? {}).length !== 1);
  expect(imported.length).toBeGreaterThan(1);
  for (const { tarball } of imported) {
    const args = [tarball, "--profile", "esm-only", "--format", "ascii", "--no-emoji"];
    await promisify(execFile)(join(root, "node_modules/.bin/attw"), args);
  }
});
