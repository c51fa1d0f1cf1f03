import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { codeOf, pathBelow } from "./path-below.js";
import type { Tool } from "./tool.js";

/** In bytes. */
const mostRead = 32_768;

export const readFile: Tool<"path"> = {
  name: "read_file",
  description: "Reads a text file.",
  parameters: { path: "The path of the file, below the folder." },
  needsApproval: false,
  isRepeatable: true,
  async act({ path }, { folder }) {
    const { text, bytes } = await beginning(await pathBelow(folder, path), path);
    if (text.includes("\0")) throw new Error(`"${path}" is not a text file`);
    return bytes <= mostRead ? text : `${text}\n[cut: these are ${mostRead} of ${bytes} bytes]`;
  },
};

async function beginning(file: string, path: string): Promise<{ readonly text: string; readonly bytes: number }> {
  // A pipe would wait for somebody who writes.
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch((error) => {
    throw codeOf(error) === "ENOENT" ? new Error(`there is no file "${path}"`) : error;
  });
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new Error(`"${path}" is not a file`);
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(Math.min(stat.size, mostRead)) });
    return { text: buffer.subarray(0, bytesRead).toString("utf8"), bytes: stat.size };
  } finally {
    await handle.close();
  }
}
