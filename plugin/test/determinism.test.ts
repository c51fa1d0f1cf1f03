import { expect, test } from "vitest";
import { compile } from "./support/compile.js";
import { hostileSources } from "./support/hostile.js";
import { runOn } from "./support/run.js";

test("the output does not depend on the run, nor on the order in which files are asked for", () => {
  const sources = hostileSources();
  const set = compile(sources);
  const paths = Object.keys(sources);
  const { files } = runOn(set, { generate: paths });
  expect(Object.keys(files).length).toBeGreaterThan(40);
  expect(runOn(set, { generate: paths }).files).toEqual(files);
  expect(runOn(set, { generate: [...paths].reverse() }).files).toEqual(files);
});

test("what is generated for a file does not depend on which others are generated", () => {
  const sources = hostileSources();
  const set = compile(sources);
  const { files } = runOn(set, { generate: Object.keys(sources) });
  const one = runOn(set, { generate: ["bound.proto"] }).files;
  expect(Object.keys(one)).toEqual(["bound_sessionstream.ts"]);
  expect(one["bound_sessionstream.ts"]).toBe(files["bound_sessionstream.ts"]);
});
