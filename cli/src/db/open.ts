import { statSync } from "node:fs";
import { type SqliteStore, sqliteStore } from "@sessionstream/runtime/sqlite";
import { CannotRun } from "../shell/cannot-run.js";
import { printable, shellWord } from "../shell/printable.js";

/** How a command uses a database. */
export interface Use {
  readonly readonly: boolean;
  /** Whether the file is made if there is none. */
  readonly mayBeNew?: boolean;
}

/**
 * Opens a database for some work, and closes it afterwards.
 * @throws CannotRun PATH_NOT_FOUND, and what the store throws.
 */
export async function withStore<T>(file: string, use: Use, work: (store: SqliteStore) => Promise<T>): Promise<T> {
  const store = await openStore(file, use);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/**
 * Opens a database. The caller closes it.
 * @throws CannotRun PATH_NOT_FOUND, and what the store throws.
 */
export async function openStore(file: string, { readonly, mayBeNew = false }: Use): Promise<SqliteStore> {
  const isThere = isFile(file);
  if (!isThere && !mayBeNew) {
    throw new CannotRun("PATH_NOT_FOUND", `there is no file "${file}": name the database of the application`);
  }
  // Only the application migrates its file: one of an earlier release may be at work on it.
  if (isThere && !readonly) await sqliteStore(file, { readonly: true }).close();
  return sqliteStore(file, { readonly });
}

/** Whether something is there that can be read, as a folder cannot. */
export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === false;
}

/** @throws CannotRun SESSION_NOT_FOUND. */
export async function checkSession(store: SqliteStore, file: string, sessionId: string): Promise<void> {
  if ((await store.session(sessionId)) !== undefined) return;
  throw new CannotRun(
    "SESSION_NOT_FOUND",
    `"${file}" has no session "${printable(sessionId)}": "sessionstream db sessions ${shellWord(file)}" lists those that it has`,
  );
}
