import { expect, test } from "vitest";
import { hostileSources } from "../support/hostile.js";
import { run } from "../support/run.js";

/** What runs when a module of generated code is imported: no types, no comments and no bodies of functions. */
function atModuleLevel(code: string): string {
  return code
    .replaceAll(/^ *\/\*\*.*?\*\/$/gms, "")
    .replaceAll(/^\/\/.*$/gm, "")
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
    .replaceAll(/^export (?:function|interface) .*?^}$/gms, "")
    .replaceAll(/^export type .*?;$/gms, "");
}

test.each(["ts", "js"])("with target=%s, every call at module level is marked as pure", (target) => {
  const { error, files } = run(hostileSources(), { parameter: `target=${target},strategy=all` });
  expect(error).toEqual([]);
  expect(Object.keys(files).length).toBeGreaterThan(40);
  for (const [path, code] of Object.entries(files)) {
    const module = atModuleLevel(code);
    const calls = [...module.matchAll(/\(/g)].map(({ index }) => module.slice(0, index).split("= ").at(-1));
    expect(calls, path).toHaveLength(module.match(/^export const /gm)?.length ?? 0);
    for (const call of calls) expect(call, path).toMatch(/^\/\*@__PURE__\*\/ [\w$]+$/);
  }
});
