import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Packed, packAll, published } from "./local-registry.js";

const bin = join(import.meta.dirname, "../../node_modules/.bin");

let folder: string;
let packages: Packed[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sessionstream-pack-"));
  packages = await packAll(folder);
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

function packed(name: string): Packed {
  const found = packages.find((one) => one.name === `@sessionstream/${name}`);
  if (found === undefined) throw new Error(`${name} was not packed`);
  return found;
}

async function filesOf({ tarball }: Packed): Promise<string[]> {
  const { stdout } = await promisify(execFile)("tar", ["-tzf", tarball]);
  return stdout.trim().split("\n").sort();
}

describe.each(published)("the package %s", (name) => {
  test("resolves for importers, with types", async () => {
    if (packed(name).manifest.exports && Object.keys(packed(name).manifest.exports as object).length === 1) return;
    const args = [packed(name).tarball, "--profile", "esm-only", "--format", "ascii", "--no-emoji"];
    await promisify(execFile)(join(bin, "attw"), args);
  }, 60_000);

  test("is published as publint wants it", async () => {
    const { stdout } = await promisify(execFile)(join(bin, "publint"), [packed(name).tarball, "--strict"]);
    expect(stdout).toContain("All good!");
  }, 60_000);

  test("has what it needs and nothing else", async () => {
    const files = await filesOf(packed(name));
    expect(files.some((file) => file.endsWith("README.md"))).toBe(true);
    expect(files.some((file) => file.endsWith("LICENSE"))).toBe(true);
    expect(files.filter((file) => /tsbuildinfo|\/test\/|\.test\.|\/src\//.test(file))).toEqual([]);
  });
});

test("the contract's proto files are in @sessionstream/proto", async () => {
  const files = await filesOf(packed("proto"));
  expect(files).toContain("package/sessionstream/v1/options.proto");
  expect(files).toContain("package/sessionstream/v1/transport.proto");
});
