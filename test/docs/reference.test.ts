import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { readPages, root, rowsOf } from "./markdown.js";

// docs/reference.md has a section for each subpath of each package. In the section,
// the tables with the head "Export" name what the subpath exports, types included:
// each name once, and nothing else. Of generated modules, only the module is named.

interface Subpath {
  /** What users import. */
  readonly name: string;
  /** The file with its types. */
  readonly types: string;
}

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
}

const reference = (await readPages()).get("docs/reference.md") ?? "";
const sections = new Map(reference.split(/^## /m).map((text) => [text.split("\n", 1)[0] ?? "", text]));
const subpaths = (await Promise.all(["proto", "plugin", "runtime", "cli"].map(subpathsOf))).flat();
const isGenerated = ({ types }: Subpath) => types.endsWith("_pb.d.ts");

async function subpathsOf(folder: string): Promise<Subpath[]> {
  const manifest = JSON.parse(await readFile(join(root, folder, "package.json"), "utf8")) as Manifest;
  return Object.entries(manifest.exports).flatMap(([subpath, target]) =>
    typeof target === "string"
      ? []
      : [{ name: manifest.name + subpath.slice(1), types: join(root, folder, target.types) }],
  );
}

/** The names that a declaration file exports. Follows `export *`, and throws for a form that it does not know. */
async function exportsOf(file: string): Promise<string[]> {
  const text = await readFile(file, "utf8");
  const names = [...text.matchAll(/^export (?:declare )?(?:class|const|function|interface|type) (\w+)/gm)];
  const lists = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)];
  const stars = [...text.matchAll(/^export \* from "(.+)\.js";/gm)];
  const all = text.match(/^export .*/gm) ?? [];
  if (names.length + lists.length + stars.length !== all.length) {
    throw new Error(`${file} has an export in a form that this test cannot read: ${all.join("\n")}`);
  }
  const listed = lists.flatMap(([, list = ""]) => list.split(",")).map((each) => each.trim().split(" ").at(-1) ?? "");
  const followed = await Promise.all(stars.map(([, path]) => exportsOf(join(dirname(file), `${path}.d.ts`))));
  return [...names.map(([, name = ""]) => name), ...listed.filter((name) => name !== ""), ...followed.flat()];
}

/** The names that the tables of exports in a section have in their first column. */
function namedIn(section: string): string[] {
  const tables = section.split(/\n\n+/).filter((part) => part.startsWith("| Export "));
  const cells = tables.flatMap((table) => rowsOf(table).slice(1)).map(([cell = ""]) => cell);
  return cells.flatMap((cell) => [...cell.matchAll(/`(\w+)[^`]*`/g)].map(([, name = ""]) => name));
}

test.each(subpaths.filter((subpath) => !isGenerated(subpath)))(
  "the reference names what $name exports, and nothing else",
  async ({ name, types }) => {
    const exported = await exportsOf(types);
    expect(exported.length).toBeGreaterThan(0);
    expect(namedIn(sections.get(name) ?? "").sort()).toEqual(exported.sort());
  },
);

test.each(subpaths.filter(isGenerated))("the reference names the generated module $name", ({ name }) => {
  expect(reference).toContain(`\`${name}\``);
});

test("each section about a package is about a subpath that is there", async () => {
  const packages = ["@sessionstream/proto", "@sessionstream/cli"];
  const known = [...packages, ...subpaths.map(({ name }) => name)];
  const titles = [...sections.keys()].filter((title) => title.startsWith("@sessionstream/"));
  expect(titles.filter((title) => !known.includes(title))).toEqual([]);
});
