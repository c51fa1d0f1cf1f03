import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ts } from "ts-morph";

const names = new Map<string, string>();

/**
 * Whether a declaration belongs to one of these npm packages. The specifier with which
 * a file imports the declaration does not count.
 */
export function isDeclaredBy(node: ts.Node, ...packages: readonly string[]): boolean {
  return packages.includes(packageOfFolder(dirname(node.getSourceFile().fileName)));
}

/** The name of the package that contains a folder. Empty if there is none. */
function packageOfFolder(folder: string): string {
  const known = names.get(folder);
  if (known !== undefined) return known;
  const name =
    readName(join(folder, "package.json")) ?? (dirname(folder) === folder ? "" : packageOfFolder(dirname(folder)));
  names.set(folder, name);
  return name;
}

/** The name in a package.json. A file without a name, such as `{"type": "module"}`, does not begin a package. */
function readName(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const { name } = JSON.parse(readFileSync(path, "utf8")) as { name?: unknown };
  return typeof name === "string" ? name : undefined;
}
