import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Block, blocksOf, readPages, root } from "./markdown.js";

// Every snippet is compiled or run: TypeScript against the chat example, proto
// through buf and the rules, and parts that are quoted from a file are in it.
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

function run(command: string, args: string[], cwd: string): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    // Without npx, which has things of its own to say.
    const env = { ...process.env, PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}` };
    execFile(command, args, { cwd, env }, (failed, stdout, stderr) => {
      resolve({ code: failed === null ? 0 : 1, output: stdout + stderr });
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
      output += (await run("tsc", ["-p", join(folder, program), "--pretty", "false"], root)).output;
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

  test.each(snippets.map((block) => ({ title: titleOf(block), block })))("$title", async ({ block }) => {
    const [verdict = "", rule = ""] = block.words;
    const project = await mkdtemp(join(folder, "proto-"));
    await mkdir(join(project, "proto/demo/v1"), { recursive: true });
    const [imports, rest] = [/^import .*$/gm, block.text.replaceAll(/^import .*$/gm, "")];
    const source = [
      'syntax = "proto3";',
      "package demo.v1;",
      'import "sessionstream/v1/options.proto";',
      ...(block.text.match(imports) ?? []),
      ...(block.text.includes("v1.feature)") ? [] : ['option (sessionstream.v1.feature) = {name: "Demo"};']),
      rest,
    ];
    await writeFile(join(project, "proto/demo/v1/demo.proto"), source.join("\n"));
    // buf takes modules from below the workspace only.
    const modules = `  - path: proto\n  - path: contract\n`;
    await mkdir(join(project, "contract/sessionstream/v1"), { recursive: true });
    const options = await readFile(join(root, "proto/sessionstream/v1/options.proto"));
    await writeFile(join(project, "contract/sessionstream/v1/options.proto"), options);
    await writeFile(join(project, "buf.yaml"), `version: v2\nmodules:\n${modules}`);
    await writeFile(
      join(project, "buf.gen.yaml"),
      "version: v2\ninputs:\n  - directory: proto\nplugins:\n  - local: protoc-gen-sessionstream\n    out: out\n    strategy: all\n    opt: [target=ts, strategy=all]\n",
    );
    const { code, output } = await run("buf", ["generate"], project);
    if (verdict === "accept") expect([code, output]).toEqual([0, ""]);
    else {
      expect(verdict).toBe("reject");
      expect(code).toBe(1);
      expect(output).toContain(`(${rule})`);
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
