import { resolve } from "node:path";
import { Project } from "ts-morph";

/** The files that match a pattern, without those of dependencies. */
export function glob(pattern: string): readonly string[] {
  const files = new Project().getFileSystem();
  return files.globSync([pattern, "!**/node_modules/**"]).map((path) => resolve(path));
}
