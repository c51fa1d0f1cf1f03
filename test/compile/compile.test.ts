import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";

// Each file in cases/ is a user's code. So is each in identity/, a program that says the
// type of its identities, and in identity-without-id/, which says one that is none. A comment `// error: CODE TEXT` says that
// the next line must not compile, and what TypeScript says about it.

interface Diagnostic {
  readonly line: number;
  readonly text: string;
}

const programs: Readonly<Record<string, string>> = {
  cases: "tsconfig.json",
  identity: "identity/tsconfig.json",
  "identity-without-id": "identity-without-id/tsconfig.json",
};
const files = (await Promise.all(Object.keys(programs).map(filesOf))).flat();
/** Those that show what is right. */
const complete = ["cases/complete.ts", "identity/complete.ts", "identity/register.ts"];
const found = new Map<string, Diagnostic[]>();

beforeAll(async () => {
  const outputs = await Promise.all(Object.values(programs).map(tsc));
  const error = /^(?<path>[^\s(][^(]*)\((?<line>\d+),\d+\): error TS(?<text>.*(?:\n\s+.*)*)$/gm;
  for (const match of outputs.flatMap((output) => [...output.matchAll(error)])) {
    const { path = "", line, text = "" } = match.groups ?? {};
    const file = path.split("/").slice(-2).join("/");
    if (!files.includes(file)) throw new Error(`an error outside of the cases: ${match[0]}`);
    found.set(file, [...(found.get(file) ?? []), { line: Number(line), text }]);
  }
}, 60_000);

describe("a user's mistake is a compile error at the user's line", () => {
  test.each(files)("%s", async (file) => {
    const expected = expectations(await readFile(join(import.meta.dirname, file), "utf8"));
    const actual = found.get(file) ?? [];
    expect(actual.map(({ line }) => line)).toEqual(expected.map(({ line }) => line));
    expected.forEach(({ text }, index) => {
      const [code = "", ...words] = text.split(" ");
      expect(actual[index]?.text).toMatch(new RegExp(`^${code}: `));
      expect(actual[index]?.text).toContain(words.join(" "));
    });
  });

  test("each case but the complete ones has a mistake", async () => {
    for (const file of files) {
      const { length } = expectations(await readFile(join(import.meta.dirname, file), "utf8"));
      expect([file, length > 0]).toEqual([file, !complete.includes(file)]);
    }
  });
});

function expectations(source: string): Diagnostic[] {
  return source.split("\n").flatMap((text, index) => {
    const comment = text.trim().match(/^\/\/ error: (.*)$/)?.[1];
    return comment === undefined ? [] : [{ line: index + 2, text: comment }];
  });
}

async function filesOf(folder: string): Promise<string[]> {
  const names = await readdir(join(import.meta.dirname, folder));
  return names
    .filter((name) => name.endsWith(".ts"))
    .sort()
    .map((name) => `${folder}/${name}`);
}

function tsc(tsconfig: string): Promise<string> {
  const project = join(import.meta.dirname, tsconfig);
  return new Promise((resolve) => {
    const tsc = join(import.meta.dirname, "../../node_modules/.bin/tsc");
    execFile(tsc, ["-p", project, "--pretty", "false"], (_failed, stdout) => resolve(stdout));
  });
}
