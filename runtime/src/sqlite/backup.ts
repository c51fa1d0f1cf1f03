import { existsSync } from "node:fs";
import { link, open, rename, rm, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { messageOf, SessionstreamError } from "../base/errors.js";
import { aFunction, checkOptions, invalidOption } from "../base/option.js";
import type { Database, Driver } from "./driver/driver.js";

/** How far a backup has come. */
export interface BackupProgress {
  /** The pages of the file that are copied, and how many it has. */
  readonly pages: number;
  readonly of: number;
}

/** Who hears of a backup. */
export interface BackupOptions {
  readonly onProgress?: (progress: BackupProgress) => void;
}

/** How many pages are copied at once: about a megabyte. */
const pagesAtOnce = 256;

/**
 * Copies a database into a new file, as it is at one instant, while it is in use. The copy has its name only once it is whole
 * and on the disk: until then it is beside it, under a name that ends with ".partial", for a while with a journal of SQLite beside it in turn.
 */
export async function backupDatabase(
  driver: Driver,
  database: Database,
  connect: (() => Database) | undefined,
  path: string,
  options: BackupOptions,
): Promise<void> {
  if (typeof path !== "string" || path === "") throw invalidOption("backup", "path", path, "the path of a new file");
  checkOptions("backup", options, { onProgress: aFunction });
  if (existsSync(path)) throw fileExists(path);
  const partial = `${path}.${crypto.randomUUID()}.partial`;
  try {
    await copyTo(driver, database, connect, partial, options);
    // Windows writes out only what is open for writing.
    await sync(partial, "r+");
    await giveName(partial, path);
    // It has no way to write out a folder.
    if (process.platform !== "win32") await sync(dirname(path), "r");
  } catch (thrown) {
    await rm(partial, { force: true }).catch(() => {});
    if (thrown instanceof SessionstreamError) throw thrown;
    throw new SessionstreamError("STORE_FAILED", `cannot back up to "${path}": ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}

async function copyTo(
  { backup }: Driver,
  database: Database,
  connect: (() => Database) | undefined,
  partial: string,
  { onProgress }: BackupOptions,
): Promise<void> {
  // What is in memory has one connection only.
  const own = connect?.() ?? database;
  try {
    if (backup === undefined) {
      // In one piece: old releases of node:sqlite have nothing better.
      const of = own.pragma("page_count", { simple: true }) as number;
      onProgress?.({ pages: 0, of });
      own.prepare<[path: string]>("VACUUM INTO ?").run(partial);
      onProgress?.({ pages: of, of });
      return;
    }
    if (own !== database) {
      // The connection keeps to one instant. Otherwise each write of another process would begin the copy anew.
      own.exec("BEGIN");
      own.prepare("SELECT 1 FROM session").get();
    }
    await backup(own, partial, pagesAtOnce, ({ totalPages, remainingPages }) => {
      onProgress?.({ pages: totalPages - remainingPages, of: totalPages });
    });
  } finally {
    if (own !== database) own.close();
  }
}

async function sync(path: string, flags: "r" | "r+"): Promise<void> {
  const file = await open(path, flags);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Never replaces a file, also where another process makes one at the same moment. */
async function giveName(partial: string, path: string): Promise<void> {
  try {
    await link(partial, path);
  } catch (thrown) {
    if (codeOf(thrown) === "EEXIST") throw fileExists(path);
    // A file system without links.
    if (existsSync(path)) throw fileExists(path);
    await rename(partial, path);
    return;
  }
  await unlink(partial);
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
}

function fileExists(path: string): SessionstreamError {
  return new SessionstreamError("FILE_EXISTS", `cannot back up to "${path}": there is such a file: name a new one`);
}
