import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ts } from "ts-morph";

const names = new Map<string, string>();

/**
 * Whether one of these npm packages declares something. Only the package of the
 * declaration counts, not the specifier by which a file imports it.
 */
export function isDeclaredBy(node: ts.Node, ...packages: readonly string[]): boolean {
  return packages.includes(packageOfFolder(dirname(node.getSourceFile().fileName)));
}

/** The name of the package that a folder belongs to; empty where there is none. */
function packageOfFolder(folder: string): string {
  const known = names.get(folder);
  if (known !== undefined) return known;
  const name =
    readName(join(folder, "package.json")) ?? (dirname(folder) === folder ? "" : packageOfFolder(dirname(folder)));
  names.set(folder, name);
  return name;
}

/** The name in a package.json. A file without one, such as `{"type": "module"}`, does not begin a package. */
function readName(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const { name } = JSON.parse(readFileSync(path, "utf8")) as { name?: unknown };
  return typeof name === "string" ? name : undefined;
}
