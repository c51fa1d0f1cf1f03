import { lstat, realpath } from "node:fs/promises";
import { isAbsolute, join, sep } from "node:path";

/**
 * Where a path below a folder really is. The last parts of the path may not be there yet. Rejects where
 * the path, or a link on its way, leads out of the folder.
 *
 * Links that somebody changes between this and the use of the path are not seen: the folder is for
 * people whom one trusts, the model is not.
 */
export async function pathBelow(folder: string, path: string): Promise<string> {
  const refusal = new Error(`"${path}" is refused: it is not a path below the folder`);
  const parts = path.split(/[\\/]/);
  if (path === "" || path.includes("\0") || isAbsolute(path) || parts.includes("..")) throw refusal;
  const root = await realpath(folder);
  let current = root;
  for (const part of path.split(sep).filter((part) => part !== "" && part !== ".")) {
    current = await followed(join(current, part));
    if (current !== root && !current.startsWith(root.endsWith(sep) ? root : root + sep)) throw refusal;
  }
  return current;

  async function followed(next: string): Promise<string> {
    try {
      return await realpath(next);
    } catch (error) {
      if (codeOf(error) === "ENOTDIR") throw new Error(`"${path}" goes through a file as if it were a folder`);
      // What is not there may be made; a link to what is not there may lead anywhere.
      if (codeOf(error) !== "ENOENT" || (await isThere(next))) throw refusal;
      return next;
    }
  }
}

export function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
