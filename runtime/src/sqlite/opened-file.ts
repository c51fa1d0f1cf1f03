import { statSync } from "node:fs";
import { resolve } from "node:path";
import { SessionstreamError } from "../base/errors.js";
import type { Database } from "./driver/driver.js";

/**
 * Finds out that a file which is open was removed or replaced. SQLite would go on writing to a
 * file that nobody finds any more.
 */
export class OpenedFile {
  readonly #path: string;
  readonly #is: FileIdentity | undefined;
  #isLost = false;

  /** For a file that was opened just now. There is nothing to find out about one in memory. */
  constructor({ name, memory }: Pick<Database, "name" | "memory">) {
    // The process may work in another folder later.
    this.#path = resolve(name);
    this.#is = memory ? undefined : identityOf(this.#path);
  }

  /**
   * To be called after each commit, and before it is told: then it was in the file at the path.
   * Takes microseconds.
   * @throws STORE_LOST.
   */
  checkAfterCommit(): void {
    if (this.#is === undefined) return;
    const is = identityOf(this.#path);
    this.#isLost ||= is?.ino !== this.#is.ino || is.dev !== this.#is.dev;
    this.check();
  }

  /** @throws STORE_LOST if a commit has found out. */
  check(): void {
    if (!this.#isLost) return;
    throw new SessionstreamError(
      "STORE_LOST",
      `SQLite file "${this.#path}" was removed or replaced while it is open: nothing more is read or written; ` +
        "put the right file there, and restart the program",
    );
  }
}

interface FileIdentity {
  readonly dev: number;
  readonly ino: number;
}

function identityOf(path: string): FileIdentity | undefined {
  // Windows lets nobody remove a file that is open.
  if (process.platform === "win32") return undefined;
  return statSync(path, { throwIfNoEntry: false });
}
