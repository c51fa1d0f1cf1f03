import { constants } from "node:fs";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathBelow } from "./path-below.js";
import type { Tool } from "./tool.js";

/**
 * Writes a file whole or not at all, and may be done again: the temporary file has its name from the
 * call, so that one that a kill left behind is taken over, and what is written already stays as it is.
 */
export const writeFile: Tool<"path" | "content"> = {
  name: "write_file",
  description: "Writes a text file, in place of the one that may be there.",
  parameters: { path: "The path of the file, below the folder.", content: "All that is to be in the file." },
  needsApproval: true,
  isRepeatable: true,
  async act({ path, content }, { folder, key, signal }) {
    const file = await pathBelow(folder, path);
    const temporary = join(dirname(file), `.${key}.tmp`);
    const there = await stat(file).catch(() => undefined);
    if (there !== undefined && !there.isFile()) throw new Error(`"${path}" is not a file`);
    const written = `${path} has these ${Buffer.byteLength(content)} bytes`;
    if (there !== undefined && (await readFile(file)).equals(Buffer.from(content))) {
      await rm(temporary, { force: true });
      return written;
    }
    await mkdir(dirname(file), { recursive: true });
    try {
      await writeDurably(temporary, content, there?.mode ?? 0o666);
      signal.throwIfAborted();
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await sync(dirname(file), constants.O_RDONLY);
    return written;
  },
};

async function writeDurably(file: string, content: string, mode: number): Promise<void> {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  await sync(file, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, content, mode);
}

/** Has a file or folder on the disk before it resolves. */
async function sync(path: string, flags: number, content?: string, mode?: number): Promise<void> {
  const handle = await open(path, flags, mode);
  try {
    if (content !== undefined) await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
