import { expect, test } from "vitest";
import { run } from "../support/run.js";
import { shopProto } from "../support/shop.js";

const { files } = run(
  { "shop/v1/shop.proto": shopProto },
  { parameter: "target=ts+js+dts,import_extension=js,strategy=all,elide_plugin_version=true" },
);

test.each(["ts", "js", "d.ts"])("a feature is written as .%s", async (extension) => {
  expect(Object.keys(files)).toHaveLength(3);
  await expect(files[`shop/v1/shop_sessionstream.${extension}`]).toMatchFileSnapshot(`output/shop.${extension}.txt`);
});
