import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ts } from "ts-morph";
import { CannotRun } from "../../shell/cannot-run.js";
import { findUpward } from "../../shell/paths.js";
import { type PathFilter, passes } from "../filter/path-filter.js";
import { isSourcePath, readTexts, type Texts } from "./source-files.js";
import { readProjects } from "./tsconfigs.js";

/** Source files that are compiled with the same options. */
export interface Sources {
  readonly options: ts.CompilerOptions;
  readonly texts: Texts;
  /** The paths of the project's own declaration files. */
  readonly declarations: readonly string[];
}

/**
 * Reads the source files of the tsconfig that is given, or else of the one at
 * or above the folder; where there is a filter, of those at or above what it
 * selects. Throws CannotRun: TSCONFIG_NOT_FOUND or TSCONFIG_INVALID.
 */
export function readSources(
  filter: PathFilter | undefined,
  tsconfig: string | undefined,
  cwd: string,
): readonly Sources[] {
  const selected = filter && selectedFiles(filter);
  if (selected?.length === 0) return [];
  const configs = new Map<string, string[]>();
  for (const file of selected ?? [undefined]) {
    const path =
      tsconfig === undefined ? nearestConfig(file === undefined ? cwd : dirname(file)) : givenConfig(tsconfig, cwd);
    const files = configs.get(path) ?? [];
    configs.set(path, file === undefined ? files : [...files, file]);
  }
  const projects = readProjects(configs.keys()).map(({ options, files }) => ({ options, files: new Set(files) }));
  const known = new Set(projects.flatMap(({ files }) => [...files]));
  // A file that no project names is checked with the options of one that is near.
  for (const file of [...configs.values()].flat()) if (!known.has(file)) projects[0]?.files.add(file);
  return projects.map(({ options, files }) => ({
    options,
    texts: readTexts(files),
    declarations: [...files].filter((file) => /\.d\.[cm]?ts$/.test(file)),
  }));
}

/** How many of the files that were read are selected. */
export function countSelected(sources: readonly Sources[], filter: PathFilter | undefined): number {
  const paths = sources.flatMap(({ texts }) => [...texts.keys()]);
  return new Set(paths.filter((path) => passes(path, filter))).size;
}

function selectedFiles({ folders, files }: PathFilter): readonly string[] {
  const extensions = [".ts", ".tsx", ".mts", ".cts"];
  const found = folders.flatMap((folder) => ts.sys.readDirectory(folder, extensions, ["**/node_modules", "**/dist"]));
  return [...new Set([...files, ...found].filter(isSourcePath))];
}

function givenConfig(tsconfig: string, cwd: string): string {
  const path = resolve(cwd, tsconfig);
  if (existsSync(path)) return path;
  throw new CannotRun("TSCONFIG_NOT_FOUND", `--tsconfig: got ${tsconfig}, which does not exist: want a tsconfig.json`);
}

function nearestConfig(folder: string): string {
  const path = findUpward(folder, "tsconfig.json");
  if (path !== undefined) return path;
  throw new CannotRun(
    "TSCONFIG_NOT_FOUND",
    `there is no tsconfig.json in ${folder} or above it: run this where one is, name it with --tsconfig, or check proto files only with --no-typescript`,
  );
}
