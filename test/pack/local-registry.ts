import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "../..");

/** The packages that are published, by their folders. */
export const published = ["proto", "plugin", "runtime", "cli"];

/** A package as it would be published. */
export interface Packed {
  readonly name: string;
  readonly version: string;
  readonly manifest: Record<string, unknown>;
  /** The path of the tarball. */
  readonly tarball: string;
}

/**
 * Packs the published packages into a folder. They must have been built. Each call
 * packs copies of its own: the CLI copies the help pages into its folder meanwhile,
 * and two calls at once would take them away from each other.
 */
export async function packAll(folder: string): Promise<Packed[]> {
  const copies = await mkdtemp(join(tmpdir(), "sessionstream-copies-"));
  await Promise.all([...published, "docs"].map((name) => copy(join(root, name), join(copies, name))));
  const tarballs = await npmPack(copies, folder);
  const packed = published.map(async (name, index): Promise<Packed> => {
    const manifest = JSON.parse(await readFile(join(copies, name, "package.json"), "utf8"));
    return { name: manifest.name, version: manifest.version, manifest, tarball: join(folder, tarballs[index] ?? "") };
  });
  return await Promise.all(packed).finally(() => rm(copies, { recursive: true }));
}

function copy(from: string, to: string): Promise<void> {
  const left = ["node_modules", "test"].map((name) => join(from, name));
  return cp(from, to, { recursive: true, filter: (path) => !left.includes(path) });
}

/** Packs all of them at once, because npm takes longer to start than to pack. Resolves to the tarballs' names, in order. */
async function npmPack(copies: string, folder: string): Promise<string[]> {
  const args = ["pack", ...published.map((name) => `./${name}`), "--json", "--pack-destination", folder];
  const { stdout } = await promisify(execFile)("npm", args, { cwd: copies });
  const packed = JSON.parse(stdout.slice(stdout.search(/^[[{]/m))) as Record<string, { filename: string }>;
  return Object.values(packed).map(({ filename }) => filename);
}

/**
 * Serves packed packages as a registry does, on loopback, so that a project can
 * install them by name. Returns its URL, and what stops it.
 */
export async function serveRegistry(packages: readonly Packed[]): Promise<{ url: string; close(): Promise<void> }> {
  const tarballs = new Map<string, Buffer>();
  const documents = new Map<string, unknown>();
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "").slice(1);
    const tarball = tarballs.get(path);
    const document = documents.get(path);
    if (tarball !== undefined) response.end(tarball);
    else if (document !== undefined)
      response.setHeader("content-type", "application/json").end(JSON.stringify(document));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  for (const { name, version, manifest, tarball } of packages) {
    const data = await readFile(tarball);
    const path = `${name}/-/${version}.tgz`;
    tarballs.set(path, data);
    const integrity = `sha512-${createHash("sha512").update(data).digest("base64")}`;
    const dist = { tarball: url + path, integrity };
    documents.set(name, { name, "dist-tags": { latest: version }, versions: { [version]: { ...manifest, dist } } });
  }
  return {
    url,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
