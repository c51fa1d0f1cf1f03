import { readdir, readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { expect, test } from "vitest";
import { blocksOf, root } from "./markdown.js";

// The picture of the runtime's rooms in docs/architecture.md, held against the imports.

const source = join(root, "runtime/src");

/** The rooms that each room imports from. */
type Imports = ReadonlyMap<string, ReadonlySet<string>>;

/** The arrows of the diagram, with each room called by its label. */
async function drawn(): Promise<Imports> {
  const page = "docs/architecture.md";
  const diagrams = blocksOf(page, await readFile(join(root, page), "utf8")).map(({ text }) => text);
  const rooms = diagrams.find((text) => text.startsWith("flowchart TD")) ?? "";
  const labels = new Map([...rooms.matchAll(/(\w+)\["([^"]+)"\]/g)].map(([, id = "", label = ""]) => [id, label]));
  const nameOf = (id: string) => (labels.get(id) ?? id).replace(/\/hub\.ts$/, "");
  const arrows = [...rooms.matchAll(/^ {2}(\w+)(?:\[.*?\])? --> (\w+)/gm)];
  return group(arrows.map(([, from = "", to = ""]) => [nameOf(from), nameOf(to)]));
}

async function imported(): Promise<Imports> {
  const files = (await readdir(source, { recursive: true })).filter((file) => /\.tsx?$/.test(file));
  const found: [string, string][] = [];
  for (const file of files.map((path) => path.replaceAll("\\", "/"))) {
    const text = await readFile(join(source, file), "utf8");
    for (const [, target = ""] of text.matchAll(/(?:from|import) "(\.[^"]+)"/g)) {
      found.push([roomOf(file), roomOf(posix.join(posix.dirname(file), target))]);
    }
  }
  // The front door imports from everywhere; within a room all may import all.
  return group(found.filter(([from, to]) => from !== "" && from !== to));
}

/** The room of a file: the hub has several, and a file beside the rooms is in none. */
function roomOf(file: string): string {
  const [first = "", second = "", third] = file.split("/");
  if (first === "hub") return third === undefined ? "hub" : `hub/${second}`;
  return second === "" ? "" : first;
}

function group(pairs: readonly (readonly [string, string])[]): Imports {
  const imports = new Map<string, Set<string>>();
  for (const [from, to] of pairs) imports.set(from, (imports.get(from) ?? new Set()).add(to));
  return imports;
}

function reaches(imports: Imports, from: string, to: string): boolean {
  return [...(imports.get(from) ?? [])].some((next) => next === to || reaches(imports, next, to));
}

function arrows(imports: Imports): string[] {
  return [...imports].flatMap(([from, targets]) => [...targets].map((to) => `${from} --> ${to}`)).sort();
}

test("each import between rooms goes the way of the arrows", async () => {
  const [picture, code] = [await drawn(), await imported()];
  expect(arrows(picture).length).toBeGreaterThan(15);
  const against = arrows(code).filter((arrow) => {
    const [from = "", to = ""] = arrow.split(" --> ");
    return !reaches(picture, from, to);
  });
  expect(against).toEqual([]);
});

test("each arrow stands for an import", async () => {
  const code = arrows(await imported());
  expect(arrows(await drawn()).filter((arrow) => !code.includes(arrow))).toEqual([]);
});
