import { expect, test } from "vitest";
import { feature, findings } from "../../support/run.js";

test("a feature's name must be a capitalised identifier", () => {
  const rule = "(SESSIONSTREAM_FEATURE_NAME)";
  const want = `is not a capitalised identifier: want a capital letter, then letters, digits and "_"`;
  const empty = feature("").replace('{name: "T"}', "{}");
  expect(
    findings({
      "a.proto": empty,
      "b.proto": feature("message FooEvent { option (sessionstream.v1.event) = {}; }", { name: "chat" }),
      "c.proto": feature("", { name: "Chat-Room" }),
      "d.proto": feature("", { name: "Chat_2" }),
    }),
  ).toEqual([
    `a.proto:5:8: feature has no name: write a capitalised identifier, as in {name: "Chat"} ${rule}`,
    `b.proto:5:38: feature name "chat" ${want}, as in "Chat" ${rule}`,
    `c.proto:5:38: feature name "Chat-Room" ${want} ${rule}`,
  ]);
});
