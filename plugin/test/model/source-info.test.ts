import { expect, test } from "vitest";
import { compile } from "../support/compile.js";
import { feature, runOn } from "../support/run.js";
import { shopProto } from "../support/shop.js";

test("code is generated without source info, and without comments", () => {
  const set = compile({ "shop.proto": shopProto });
  const withInfo = runOn(set, { generate: ["shop.proto"] }).files["shop_sessionstream.ts"];
  for (const file of set.file) file.sourceCodeInfo = undefined;
  const without = runOn(set, { generate: ["shop.proto"] }).files["shop_sessionstream.ts"];
  expect(withInfo).toContain("Put an article into the cart.");
  expect(without).not.toContain("Put an article into the cart.");
  expect(without).toContain("@generated from message shop.v1.AddArticleCommand");
});

test("findings without source info are at 1:1", () => {
  const set = compile({ "t.proto": feature("message AEntity { option (sessionstream.v1.timeline_entity) = {}; }") });
  for (const file of set.file) file.sourceCodeInfo = undefined;
  const { error } = runOn(set, { generate: ["t.proto"] });
  expect(error[1]).toMatch(/^t\.proto:1:1: timeline entity t\.v1\.AEntity has no id field/);
});
