import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bin, makeProject, removeProject } from "./support/project.js";
import { runNode } from "./support/run.js";

let folder = "";
beforeAll(() => {
  folder = makeProject({ "src/unused.ts": "export const unused = 1;" });
});
afterAll(() => removeProject(folder));

const log = join(tmpdir(), `sessionstream-loaded-${process.pid}`);
afterAll(() => rmSync(log));
const hooks = `import { appendFileSync } from "node:fs";
export async function resolve(specifier, context, next) {
  const resolved = await next(specifier, context);
  appendFileSync(${JSON.stringify(log)}, resolved.url + "\\n");
  return resolved;
}`;
const register = `import { register } from "node:module";
register("data:text/javascript," + encodeURIComponent(${JSON.stringify(hooks)}));`;

/** The packages that a run loads. */
function loadedBy(...args: readonly string[]): { code: number | null; packages: ReadonlySet<string>; files: number } {
  writeFileSync(log, "");
  const hook = `data:text/javascript,${encodeURIComponent(register)}`;
  const { code } = runNode(folder, ["--import", hook, bin, ...args]);
  const urls = readFileSync(log, "utf8").split("\n");
  const names = urls.map((url) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/.exec(url)?.[1]);
  return { code, packages: new Set(names.filter((name) => name !== undefined)), files: urls.length };
}

test.each([["--help"], ["--version"], ["lint", "--help"], ["help"]])(
  "sessionstream %s %s loads no compiler",
  (...args) => {
    const { code, packages } = loadedBy(...args.filter((arg) => arg !== undefined));
    expect({ code, packages: [...packages] }).toEqual({ code: 0, packages: ["commander"] });
  },
);

test("the list of rules and proto files alone load no compiler for TypeScript", () => {
  expect(loadedBy("lint", "--rules").packages).not.toContain("ts-morph");
  expect(loadedBy("lint", "--no-typescript").packages).not.toContain("ts-morph");
  const { code, packages } = loadedBy("lint", "src/unused.ts");
  expect(code).toBe(0);
  expect(packages).toContain("ts-morph");
}, 60_000);
