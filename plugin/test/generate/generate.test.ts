import { expect, test } from "vitest";
import { compile } from "../support/compile.js";
import { hostileSources } from "../support/hostile.js";
import { withProject } from "../support/project.js";
import { randomSources } from "../support/random.js";
import { run, runOn } from "../support/run.js";
import { shopProto } from "../support/shop.js";

const { files } = run(
  { "shop/v1/shop.proto": shopProto },
  { parameter: "target=ts+js+dts,import_extension=js,strategy=all,elide_plugin_version=true" },
);

test.each(["ts", "js", "d.ts"])("a feature is written as .%s", async (extension) => {
  expect(Object.keys(files)).toHaveLength(3);
  await expect(files[`shop/v1/shop_sessionstream.${extension}`]).toMatchFileSnapshot(`output/shop.${extension}.txt`);
});

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

test("hostile and random schemas compile under the strictest options", { timeout: 60_000 }, () => {
  const seed = Date.now() % 2 ** 31;
  withProject({ protos: { ...hostileSources(), ...randomSources(seed) } }, (project) => {
    expect(project.typecheck(), `seed ${seed}`).toBe("");
  });
});
