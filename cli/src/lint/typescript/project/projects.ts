import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ts } from "ts-morph";
import { CannotRun } from "../../../shell/cannot-run.js";
import { findUpward } from "../../../shell/paths.js";
import { type PathFilter, passes } from "../../filter/path-filter.js";
import { mayBeHandWritten, readHandWritten, type Texts } from "./hand-written.js";
import { readTsconfigs } from "./tsconfigs.js";

/** Files that the compiler reads with the same options. */
export interface TypeScriptProject {
  readonly options: ts.CompilerOptions;
  readonly texts: Texts;
  /** The paths of the project's own declaration files. */
  readonly declarations: readonly string[];
}

/**
 * Reads the projects of the given tsconfig, or else of the tsconfig in the working
 * directory or above. With a filter, reads the projects of the tsconfigs that are
 * nearest to the files of the filter.
 *
 * @throws {CannotRun} TSCONFIG_NOT_FOUND or TSCONFIG_INVALID
 */
export function readProjects(
  filter: PathFilter | undefined,
  tsconfig: string | undefined,
  cwd: string,
): readonly TypeScriptProject[] {
  const wanted = filter && filesOf(filter);
  if (wanted?.length === 0) return [];
  const folders = new Set(wanted?.map((file) => dirname(file)) ?? [cwd]);
  const configs = tsconfig === undefined ? [...folders].map(nearestConfig) : [givenConfig(tsconfig, cwd)];
  const compilations = readTsconfigs(configs);
  // A file that belongs to no tsconfig is checked with the options of a near one.
  for (const file of wanted ?? []) {
    if (!compilations.some(({ files }) => files.has(file))) compilations[0]?.files.add(file);
  }
  return compilations.map(({ options, files }) => ({
    options,
    texts: readHandWritten(files),
    declarations: [...files].filter((file) => /\.d\.[cm]?ts$/.test(file)),
  }));
}

/** How many files of the projects a filter lets through. */
export function countFiles(projects: readonly TypeScriptProject[], filter: PathFilter | undefined): number {
  const paths = projects.flatMap(({ texts }) => [...texts.keys()]);
  return new Set(paths.filter((path) => passes(path, filter))).size;
}

function filesOf({ folders, files }: PathFilter): readonly string[] {
  const extensions = [".ts", ".tsx", ".mts", ".cts"];
  const found = folders.flatMap((folder) => ts.sys.readDirectory(folder, extensions, ["**/node_modules", "**/dist"]));
  return [...new Set([...files, ...found].filter(mayBeHandWritten))];
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
