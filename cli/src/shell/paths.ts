import { existsSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

/** A path as findings show it: relative to the working directory, with `/`. */
export function shownPath(path: string, cwd: string): string {
  return relative(cwd, path).replaceAll(sep, "/");
}

/** The nearest file with one of these names, in a folder or above it. */
export function findUpward(folder: string, ...names: readonly string[]): string | undefined {
  for (const above of foldersUpward(folder)) {
    for (const name of names) {
      const path = join(above, name);
      if (existsSync(path)) return path;
    }
  }
  return undefined;
}

/** A folder, the folder that contains it, and so on up to the root. */
export function foldersUpward(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...foldersUpward(parent)];
}
