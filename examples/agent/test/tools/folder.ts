import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { newFile } from "../../../../test/fixtures/stores.js";
import type { ToolContext } from "../../src/tools/tool.js";

export interface Place {
  readonly folder: string;
  /** A folder beside it, with a secret in it. */
  readonly outside: string;
  readonly context: ToolContext;
}

/** A folder with files, and with links that lead out of it and back into it. */
export async function newPlace(): Promise<Place> {
  const base = newFile("place");
  const [folder, outside] = [join(base, "folder"), join(base, "folder-outside")];
  await mkdir(join(folder, "deep/er"), { recursive: true });
  await mkdir(outside);
  await writeFile(join(outside, "secret.txt"), "the secret");
  await writeFile(join(folder, "a.txt"), "one\nTwo words\nthree\n");
  await writeFile(join(folder, "deep/er/b.md"), "two\n");
  await symlink(outside, join(folder, "out"));
  await symlink(join(outside, "secret.txt"), join(folder, "secret-link.txt"));
  await symlink(join(outside, "nothing-yet"), join(folder, "dangling"));
  await symlink("../a.txt", join(folder, "deep/back.txt"));
  return { folder, outside, context: contextOf(folder) };
}

export function contextOf(folder: string, key = "call-1"): ToolContext {
  return { folder, key, signal: new AbortController().signal };
}
