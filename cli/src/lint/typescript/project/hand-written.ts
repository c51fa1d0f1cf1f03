import { readFileSync } from "node:fs";
import { sep } from "node:path";

/** The texts of the files to check, by path. */
export type Texts = ReadonlyMap<string, string>;

/** Reads files. Leaves out files that nobody writes by hand. */
export function readHandWritten(paths: Iterable<string>): Texts {
  const texts = new Map<string, string>();
  for (const path of paths) {
    if (!mayBeHandWritten(path)) continue;
    const text = readFileSync(path, "utf8");
    if (!isGenerated(text)) texts.set(path, text);
  }
  return texts;
}

/** Whether a path may belong to code written by hand: not to a dependency, a build, declarations or generated code. */
export function mayBeHandWritten(path: string): boolean {
  const folders = path.split(sep).join("/").split("/").slice(0, -1);
  return (
    /\.[cm]?tsx?$/.test(path) &&
    !/(_pb|_sessionstream)\.ts$|\.d\.[cm]?ts$/.test(path) &&
    !folders.includes("node_modules") &&
    !folders.includes("dist")
  );
}

/** Whether a text says in its first lines that a program wrote it. */
function isGenerated(text: string): boolean {
  return /^\s*(\/\/|\/?\*).*@generated\b/m.test(text.slice(0, 600));
}
