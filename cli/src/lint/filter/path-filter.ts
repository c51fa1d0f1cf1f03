import { existsSync, statSync } from "node:fs";
import { resolve, sep } from "node:path";
import { CannotRun } from "../../shell/cannot-run.js";

/** The limits of a run, from the paths of the command line: absolute paths that exist. */
export interface PathFilter {
  readonly folders: readonly string[];
  readonly files: ReadonlySet<string>;
}

/**
 * Resolves the paths of the command line. No path means no filter: undefined.
 *
 * @throws {CannotRun} PATH_NOT_FOUND
 */
export async function pathFilterOf(paths: readonly string[], cwd: string): Promise<PathFilter | undefined> {
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

/** Whether a filter lets an absolute path through. */
export function passes(path: string, filter: PathFilter | undefined): boolean {
  if (filter === undefined) return true;
  return (
    filter.files.has(path) ||
    filter.folders.some((folder) => path.startsWith(folder.endsWith(sep) ? folder : folder + sep))
  );
}

async function filesOf(given: string, pattern: string): Promise<readonly string[]> {
  // The glob comes with ts-morph, and ts-morph takes long to load.
  const matches = /[*?{[]/.test(given) ? (await import("./glob.js")).glob(pattern) : [];
  if (matches.length > 0) return matches;
  throw new CannotRun("PATH_NOT_FOUND", `got path ${given}, which no file matches: want a file, a folder or a glob`);
}
