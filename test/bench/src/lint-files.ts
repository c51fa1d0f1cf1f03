import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** How many files of the project use us, and how many there are in all. */
export const usingUs = 20;
export const allFiles = 1_000;

/** The findings that are in the files that use us. */
export const knownFindings = 1;

/** Writes a TypeScript project, one whose files import each other and call much; some of them use us. */
export function writeProject(folder: string, repository: string): void {
  mkdirSync(join(folder, "src"), { recursive: true });
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"), "dir");
  cpSync(join(repository, "test/bench/src/gen/bench/v1"), join(folder, "src/gen"), { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "bench-project", type: "module" }));
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(tsconfig));
  for (let index = 0; index < allFiles; index++) {
    const isOurs = index % (allFiles / usingUs) === 0;
    const text = isOurs ? ordinaryFile(index) + fileThatUsesUs(index / (allFiles / usingUs)) : ordinaryFile(index);
    writeFileSync(join(folder, `src/f${index}.ts`), text);
  }
}

const tsconfig = {
  compilerOptions: {
    target: "es2023",
    module: "nodenext",
    strict: true,
    skipLibCheck: true,
    types: ["node"],
    outDir: "dist",
    rootDir: "src",
  },
  include: ["src"],
};

/** About 70 lines, with imports of two other files and some 20 calls. */
function ordinaryFile(index: number): string {
  // An odd file is a leaf, so that importing one does not lead to all the others.
  const imported = [index + 1, index + 3].map((other) => other % allFiles);
  const imports = index % 2 === 0 ? imported.map((other) => `import { load${other} } from "./f${other}.js";\n`) : [];
  const loads = index % 2 === 0 ? imported.map((other) => `    await load${other}(String(this.size)),\n`) : [];
  const methods = Array.from(
    { length: 6 },
    (_, method) => `
  find${method}(text: string): readonly Item${index}[] {
    const words = text.trim().split(" ").map((word) => word.toLowerCase());
    const found = [...this.#items.values()].filter(({ tags }) => tags.some((tag) => words.includes(tag)));
    return found.sort((a, b) => a.name.localeCompare(b.name)).slice(${method});
  }
`,
  );
  return `${imports.join("")}
export interface Item${index} {
  readonly id: string;
  readonly name: string;
  readonly cursor: number;
  readonly tags: readonly string[];
}

export class Items${index} {
  readonly #items = new Map<string, Item${index}>();

  get size(): number {
    return this.#items.size;
  }
${methods.join("")}
  add(item: Item${index}): void {
    switch (item.name) {
      case "":
        throw new RangeError(\`item \${item.id} has no name\`);
      default:
        this.#items.set(item.id, { ...item, cursor: Math.max(item.cursor, Number(item.id)) });
    }
  }
}

export async function load${index}(name: string): Promise<readonly string[]> {
  const items = new Items${index}();
  items.add({ id: name, name, cursor: name.length, tags: [name.toUpperCase(), ...Object.keys({ name })] });
  await Promise.resolve(JSON.stringify(items.find0(name)));
  return items.find1(name).map(({ id }) => id);
}
${loads.length === 0 ? "" : `\nexport class Loader${index} {\n  size = 0;\n  loaded = async () => [\n${loads.join("")}  ];\n}\n`}`;
}

/** A feature's implementation and a hand-written reader of events; the first turns an ordinal into a number. */
function fileThatUsesUs(index: number): string {
  return `
import type { BackendEvent, Snapshot } from "@sessionstream/runtime";
import { BenchAppended, type BenchEvent, BenchMessage, benchFeature } from "./gen/stream_sessionstream.js";

export const feature = benchFeature({
  handlers: { stream() {} },
  ui: { delta: ({ payload: { messageId, chunk } }) => [BenchAppended.of({ messageId, chunk })] },
  timeline: {
    delta({ payload: { messageId, chunk } }, view) {
      const pieces = view.get(BenchMessage, messageId)?.pieces ?? 0;
      return [BenchMessage.put({ messageId, pieces: pieces + 1, lastChunk: chunk })];
    },
  },
});

export function describe(event: BenchEvent): string {
  switch (event.name) {
    case "BenchDelta":
      return event.payload.chunk;
  }
}

export const isAbove = (event: BackendEvent, snapshot: Snapshot): boolean => event.ordinal > snapshot.ordinal;
export const shown = (snapshot: Snapshot): string => \`at \${${index === 0 ? "Number(snapshot.ordinal)" : "snapshot.ordinal"}}\`;
`;
}
