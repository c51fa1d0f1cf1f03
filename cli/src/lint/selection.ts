import { existsSync, statSync } from "node:fs";
import { resolve, sep } from "node:path";
import { CannotRun } from "../errors.js";

/** What the paths of the command line limit a run to: absolute paths that exist. */
export interface Selection {
  readonly folders: readonly string[];
  readonly files: ReadonlySet<string>;
}

/**
 * Resolves the paths of the command line; undefined where there are none, which
 * means all. Throws CannotRun: PATH_NOT_FOUND.
 */
export async function selectionOf(paths: readonly string[], cwd: string): Promise<Selection | undefined> {
  if (paths.length === 0) return undefined;
  const folders: string[] = [];
  const files = new Set<string>();
  for (const given of paths) {
    const path = resolve(cwd, given);
    if (!existsSync(path)) for (const match of await filesOf(given, path)) files.add(match);
    else if (statSync(path).isDirectory()) folders.push(path);
    else files.add(path);
  }
  return { folders, files };
}

/** Whether a file is one of a selection. */
export function isSelected(path: string, selection: Selection | undefined): boolean {
  if (selection === undefined) return true;
  return (
    selection.files.has(path) ||
    selection.folders.some((folder) => path.startsWith(folder.endsWith(sep) ? folder : folder + sep))
  );
}

async function filesOf(given: string, pattern: string): Promise<readonly string[]> {
  const matches = /[*?{[]/.test(given) ? (await import("./typescript/glob.js")).glob(pattern) : [];
  if (matches.length > 0) return matches;
  throw new CannotRun("PATH_NOT_FOUND", `got path ${given}, which no file matches: want a file, a folder or a glob`);
}
