import { expect, test } from "vitest";
import { readModel } from "../../src/model/index.js";
import { describe } from "../support/compile.js";
import { feature } from "../support/run.js";

test("files without annotations are left out; a feature alone is not", () => {
  const model = readModel(
    describe({ "plain.proto": 'syntax = "proto3"; message M {}', "t.proto": feature("message M { int32 n = 1; }") }),
  );
  expect(model.files.map(({ desc, feature: mark }) => [desc.proto.name, mark?.name])).toEqual([["t.proto", "T"]]);
});
