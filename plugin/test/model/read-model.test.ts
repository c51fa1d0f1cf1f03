import { expect, test } from "vitest";
import { kinds, readModel } from "../../src/model/index.js";
import { describe } from "../support/compile.js";
import { feature } from "../support/run.js";

test("names lead to who declares them, in all files", () => {
  const model = readModel(
    describe({
      "a.proto": feature('message AEvent { option (sessionstream.v1.event) = {name: "N"}; }'),
      "b.proto": feature('message B { option (sessionstream.v1.event) = {name: "N" name: "M"}; }', { name: "U" }),
    }),
  );
  const uses = kinds.map((kind) =>
    [...model.names[kind]].map(([name, marks]) => [name, marks.map(({ file }) => file.desc.name)]),
  );
  expect(uses).toEqual([
    [],
    [
      ["N", ["a", "b"]],
      ["M", ["b"]],
    ],
    [],
    [],
    [],
  ]);
});
