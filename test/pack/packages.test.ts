import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../docs/markdown.js";
import { type Packed, packAll, published } from "./local-registry.js";

const bin = join(root, "node_modules/.bin");

let folder: string;
let packages: Packed[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sessionstream-pack-"));
  packages = await packAll(folder);
  for (const name of published) {
    await mkdir(unpacked(name));
    await promisify(execFile)("tar", ["-xzf", packed(name).tarball, "-C", unpacked(name), "--strip-components=1"]);
  }
}, 180_000);
afterAll(() => rm(folder, { recursive: true }));

function packed(name: string): Packed {
  const found = packages.find((one) => one.name === `@sessionstream/${name}`);
  if (found === undefined) throw new Error(`${name} was not packed`);
  return found;
}

/** The folder of a package as a user has it. */
function unpacked(name: string): string {
  return join(folder, name);
}

async function filesOf(name: string): Promise<string[]> {
  const entries = await readdir(unpacked(name), { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return paths.map((path) => posix.relative(unpacked(name), path)).sort();
}

/** The files that a source map says its file was made of, each as a path within the package. */
async function sourcesOf(name: string, map: string): Promise<string[]> {
  const { sources, sourceRoot = "" } = JSON.parse(await readFile(join(unpacked(name), map), "utf8"));
  return sources.map((source: string) => posix.join(posix.dirname(map), sourceRoot, source));
}

describe.each(published)("the package %s", (name) => {
  test("is published as publint wants it", async () => {
    const { stdout } = await promisify(execFile)(join(bin, "publint"), [packed(name).tarball, "--strict"]);
    expect(stdout).toContain("All good!");
  }, 60_000);

  test("says what npm shows and how it is published", async () => {
    expect(packed(name).manifest).toMatchObject({
      description: expect.stringMatching(/\S/),
      keywords: expect.arrayContaining(["sessionstream"]),
      license: "MIT",
      engines: { node: ">=20" },
      publishConfig: { access: "public", provenance: true },
    });
  });

  test("names the types of each entry point before its code", () => {
    const entries = Object.entries(packed(name).manifest.exports as Record<string, unknown>);
    for (const [path, target] of entries.filter(([path]) => path !== "./package.json")) {
      const code = (target as { default: string }).default;
      expect([path, target]).toEqual([path, { types: code.replace(/\.js$/, ".d.ts"), default: code }]);
      expect(Object.keys(target as object)[0]).toBe("types");
    }
  });

  test("has what it needs and nothing else", async () => {
    const files = await filesOf(name);
    expect(files).toEqual(expect.arrayContaining(["README.md", "LICENSE", "CHANGELOG.md", "package.json"]));
    expect(files.filter((file) => /tsbuildinfo|(^|\/)test\/|\.test\./.test(file))).toEqual([]);
  });

  // Debuggers and "go to definition" follow the maps, so what these name is there. A
  // source that no map names is there for nothing.
  test("has the sources that its source maps name, and no others", async () => {
    const files = await filesOf(name);
    const maps = files.filter((file) => file.endsWith(".map"));
    const sources = new Set((await Promise.all(maps.map((map) => sourcesOf(name, map)))).flat());
    expect(maps.length).toBeGreaterThan(0);
    const hint = "a source that is gone has left files in dist: remove dist and build again";
    expect(
      [...sources].filter((source) => !files.includes(source)),
      hint,
    ).toEqual([]);
    expect(files.filter((file) => file.startsWith("src/")).filter((file) => !sources.has(file))).toEqual([]);
  });

  test("has a source map for each file of code and of types", async () => {
    const files = await filesOf(name);
    const made = files.filter((file) => /^dist\/.*(\.js|\.d\.ts)$/.test(file));
    expect(made.filter((file) => !files.includes(`${file}.map`))).toEqual([]);
  });
});

test("the contract's proto files are in @sessionstream/proto", async () => {
  const files = await filesOf("proto");
  expect(files).toContain("sessionstream/v1/options.proto");
  expect(files).toContain("sessionstream/v1/transport.proto");
});

test("the help pages are in @sessionstream/cli, the records of decisions are not", async () => {
  const pages = (await readdir(join(root, "docs"))).filter((file) => file.endsWith(".md"));
  const files = await filesOf("cli");
  expect(files.filter((file) => file.startsWith("docs/"))).toEqual(pages.map((page) => `docs/${page}`).sort());
});
