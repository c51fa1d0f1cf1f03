import { expect, test } from "vitest";
import { feature, findings } from "../../support/run.js";

const withVersion = (version: number) => feature("").replace('name: "T"', `name: "T" timeline_version: ${version}`);

test("a timeline version below the first is reported where it is written", () => {
  expect(findings({ "t.proto": withVersion(0) })).toEqual([
    expect.stringMatching(
      /^t\.proto:\d+:\d+: timeline_version 0: want at least 1, which is the default \(SESSIONSTREAM_TIMELINE_VERSION\)$/,
    ),
  ]);
});

test("any other is right, and so is none", () => {
  for (const source of [feature(""), withVersion(1), withVersion(4_294_967_295)]) {
    expect(findings({ "t.proto": source })).toEqual([]);
  }
});
