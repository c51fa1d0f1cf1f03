import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ts } from "ts-morph";

const names = new Map<string, string>();

/** Whether something is declared by one of these npm packages. */
export function isDeclaredBy(node: ts.Node, ...packages: readonly string[]): boolean {
  return packages.includes(packageOfFolder(dirname(node.getSourceFile().fileName)));
}

/** The name of the package that a folder belongs to; empty where it belongs to none. */
function packageOfFolder(folder: string): string {
  const known = names.get(folder);
  if (known !== undefined) return known;
  const name =
    readName(join(folder, "package.json")) ?? (dirname(folder) === folder ? "" : packageOfFolder(dirname(folder)));
  names.set(folder, name);
  return name;
}

/** A package.json without a name, as one that only says `"type": "module"`, does not begin a package. */
function readName(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const { name } = JSON.parse(readFileSync(path, "utf8")) as { name?: unknown };
  return typeof name === "string" ? name : undefined;
}
