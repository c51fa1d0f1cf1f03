import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../plugin/test/support/run.js";
import { type Block, blocksOf, readPages, root } from "./markdown.js";

// Every snippet is compiled or run: TypeScript against the chat example, proto
// through buf and the plugin, and parts that are quoted from a file are in it.
// The getting-started page is followed as a whole in getting-started.long.test.ts.

const pages = await readPages();
const blocks = [...pages].flatMap(([page, markdown]) => blocksOf(page, markdown));
const own = (block: Block) => block.page !== "docs/getting-started.md";
const titleOf = ({ page, line }: Block) => `${page}:${line}`;

let folder: string;
beforeAll(async () => {
  // Within the repository, so that the packages are found.
  folder = await mkdtemp(join(root, "test/docs/.snippets-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** What TypeScript says about a project. */
function tsc(project: string): Promise<string> {
  return new Promise((resolve) => {
    const args = ["-p", project, "--pretty", "false"];
    execFile(join(root, "node_modules/.bin/tsc"), args, { cwd: root }, (_failed, stdout, stderr) => {
      resolve(stdout + stderr);
    });
  });
}

test("every block has a language that is checked here", () => {
  const known = new Set(["ts", "tsx", "proto", "sh", "yaml", "json", "mermaid", "text", ""]);
  expect(blocks.filter(({ language }) => !known.has(language)).map(titleOf)).toEqual([]);
  expect(blocks.length).toBeGreaterThan(20);
});

describe("TypeScript snippets compile", () => {
  const snippets = blocks.filter((block) => own(block) && /^tsx?$/.test(block.language) && !isQuoted(block));
  // What a page says for a whole program holds for the snippets of that page only.
  const ownPrograms = new Set(snippets.filter(({ text }) => text.includes("declare module")).map(({ page }) => page));
  const programOf = ({ page }: Block) => (ownPrograms.has(page) ? page.replaceAll(/\W/g, "-") : "common");
  let output = "";

  beforeAll(async () => {
    const example = "../../../../examples/chatdemo";
    for (const program of new Set(snippets.map(programOf))) {
      await mkdir(join(folder, program));
      const tsconfig = {
        extends: `${example}/web/tsconfig.json`,
        compilerOptions: { types: ["node"], noUnusedLocals: false },
        include: ["*.ts", "*.tsx"],
        references: [{ path: example }],
      };
      await writeFile(join(folder, program, "tsconfig.json"), JSON.stringify(tsconfig));
    }
    for (const [index, snippet] of snippets.entries()) {
      // Every snippet is a module of its own beside the example's files.
      const source = snippet.text.replaceAll(/from "\.\//g, `from "${example}/src/`);
      const file = join(folder, programOf(snippet), `snippet-${index}.${snippet.language}`);
      await writeFile(file, `${source}\nexport {};\n`);
    }
    for (const program of new Set(snippets.map(programOf))) {
      output += await tsc(join(folder, program));
    }
  }, 60_000);

  test.each(snippets.map((snippet, index) => ({ title: titleOf(snippet), index })))("$title", ({ index }) => {
    const errors = output.split("\n").filter((line) => line.includes(`snippet-${index}.`));
    expect(errors).toEqual([]);
  });

  test("nothing else failed", () => {
    expect(output.split("\n").filter((line) => line !== "" && !line.includes("snippet-"))).toEqual([]);
    expect(snippets.length).toBeGreaterThan(8);
  });
});

describe("parts that are quoted from a file are in it", () => {
  test.each(blocks.filter(isQuoted).map((block) => ({ title: titleOf(block), block })))("$title", async ({ block }) => {
    const source = await readFile(join(root, quotedFrom(block) ?? ""), "utf8");
    for (const part of block.text.trim().split(/\n\n(?=\/\/|option|message|const)/))
      expect(source).toContain(part.trim());
  });
});

describe("proto snippets are accepted or refused as the page says", () => {
  const snippets = blocks.filter((block) => own(block) && block.language === "proto" && !isQuoted(block));

  test.each(snippets.map((block) => ({ title: titleOf(block), block })))("$title", ({ block }) => {
    const [verdict = "", rule = ""] = block.words;
    const [imports, rest] = [/^import .*$/gm, block.text.replaceAll(/^import .*$/gm, "")];
    const source = [
      'syntax = "proto3";',
      "package demo.v1;",
      'import "sessionstream/v1/options.proto";',
      ...(block.text.match(imports) ?? []),
      ...(block.text.includes("v1.feature)") ? [] : ['option (sessionstream.v1.feature) = {name: "Demo"};']),
      rest,
    ];
    const { error, notes } = run({ "demo/v1/demo.proto": source.join("\n") });
    expect(notes).toEqual([]);
    if (verdict === "accept") expect(error).toEqual([]);
    else {
      expect(verdict).toBe("reject");
      expect(error.join("\n")).toContain(`(${rule})`);
    }
  });
});

/** A block after a comment `<!-- from PATH -->` is a part of that file. */
function quotedFrom({ page, line }: Block): string | undefined {
  const before = (pages.get(page) ?? "").split("\n")[line - 3] ?? "";
  return before.match(/^<!-- from (\S+) -->$/)?.[1];
}

function isQuoted(block: Block): boolean {
  return quotedFrom(block) !== undefined;
}
