import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";

// Each file in cases/ is a user's code. A comment `// error: CODE TEXT` says that
// the next line must not compile, and what TypeScript says about it.

interface Diagnostic {
  readonly line: number;
  readonly text: string;
}

const cases = join(import.meta.dirname, "cases");
const files = (await readdir(cases)).sort();
const found = new Map<string, Diagnostic[]>();

beforeAll(async () => {
  const output = await tsc();
  for (const match of output.matchAll(
    /^(?<path>[^\s(][^(]*)\((?<line>\d+),\d+\): error TS(?<text>.*(?:\n\s+.*)*)$/gm,
  )) {
    const { path = "", line, text = "" } = match.groups ?? {};
    const file = path.slice(path.lastIndexOf("/") + 1);
    if (!files.includes(file)) throw new Error(`an error outside of the cases: ${match[0]}`);
    found.set(file, [...(found.get(file) ?? []), { line: Number(line), text }]);
  }
}, 60_000);

describe("a user's mistake is a compile error at the user's line", () => {
  test.each(files)("%s", async (file) => {
    const expected = expectations(await readFile(join(cases, file), "utf8"));
    const actual = found.get(file) ?? [];
    expect(actual.map(({ line }) => line)).toEqual(expected.map(({ line }) => line));
    expected.forEach(({ text }, index) => {
      const [code = "", ...words] = text.split(" ");
      expect(actual[index]?.text).toMatch(new RegExp(`^${code}: `));
      expect(actual[index]?.text).toContain(words.join(" "));
    });
  });

  test("each case but the complete one has a mistake", async () => {
    for (const file of files) {
      const { length } = expectations(await readFile(join(cases, file), "utf8"));
      expect([file, length > 0]).toEqual([file, file !== "complete.ts"]);
    }
  });
});

function expectations(source: string): Diagnostic[] {
  return source.split("\n").flatMap((text, index) => {
    const comment = text.trim().match(/^\/\/ error: (.*)$/)?.[1];
    return comment === undefined ? [] : [{ line: index + 2, text: comment }];
  });
}

function tsc(): Promise<string> {
  const project = join(import.meta.dirname, "tsconfig.json");
  return new Promise((resolve) => {
    execFile("npx", ["--no-install", "tsc", "-p", project, "--pretty", "false"], (_failed, stdout) => resolve(stdout));
  });
}
