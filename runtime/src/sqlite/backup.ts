import { existsSync } from "node:fs";
import { link, open, rename, rm, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import type { Database } from "better-sqlite3";
import { messageOf, SessionstreamError } from "../base/errors.js";
import { aFunction, checkOptions, invalidOption } from "../base/option.js";
import { openDatabase } from "./open.js";

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
 * and on the disk: until then it is beside it, under a name that ends with ".partial".
 */
export async function backupDatabase(database: Database, path: string, options: BackupOptions): Promise<void> {
  if (typeof path !== "string" || path === "") throw invalidOption("backup", "path", path, "the path of a new file");
  checkOptions("backup", options, { onProgress: aFunction });
  if (existsSync(path)) throw fileExists(path);
  const partial = `${path}.${crypto.randomUUID()}.partial`;
  try {
    await copyTo(database, partial, options);
    await sync(partial);
    await giveName(partial, path);
    await sync(dirname(path));
  } catch (thrown) {
    await rm(partial, { force: true }).catch(() => {});
    if (thrown instanceof SessionstreamError) throw thrown;
    throw new SessionstreamError("STORE_FAILED", `cannot back up to "${path}": ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}

async function copyTo(database: Database, partial: string, { onProgress }: BackupOptions): Promise<void> {
  const tell = ({ totalPages: of }: { totalPages: number }) => onProgress?.({ pages: of, of });
  const progress = ({ totalPages, remainingPages }: { totalPages: number; remainingPages: number }) => {
    onProgress?.({ pages: totalPages - remainingPages, of: totalPages });
    return pagesAtOnce;
  };
  if (database.memory) {
    tell(await database.backup(partial, { progress }));
    return;
  }
  // A connection that keeps to one instant. On one that does not, each write of another process would begin the copy anew.
  const own = openDatabase(database.name, { readonly: true });
  try {
    own.exec("BEGIN");
    own.prepare("SELECT 1 FROM session").get();
    tell(await own.backup(partial, { progress }));
  } finally {
    own.close();
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, "r");
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
