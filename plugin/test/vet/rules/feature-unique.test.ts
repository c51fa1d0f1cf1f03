import { expect, test } from "vitest";
import { feature, findings } from "../../support/run.js";

test("two files with a feature of one name are reported at both", () => {
  const mend =
    "keep one of them, and bind the other file's messages from it with option (sessionstream.v1.bind) (SESSIONSTREAM_FEATURE_UNIQUE)";
  expect(findings({ "a.proto": feature(""), "b.proto": feature(""), "c.proto": feature("", { name: "U" }) })).toEqual([
    `a.proto:5:38: feature "T" is declared at b.proto:5:38 too: ${mend}`,
    `b.proto:5:38: feature "T" is declared at a.proto:5:38 too: ${mend}`,
  ]);
});
