import { expect, test } from "vitest";
import { feature, findings } from "../../support/run.js";

test("a version that does not count up by one is reported where it is written", () => {
  const source = feature(
    `message A { option (sessionstream.v1.event) = {version: 100}; }
message B { option (sessionstream.v1.event) = {version: 101}; }
message C { option (sessionstream.v1.event) = {superseded_by: "TA" version: 4294967295}; }
option (sessionstream.v1.bind) = {message: "google.protobuf.Empty" event: {version: 20250101}};`,
    { imports: ["google/protobuf/empty.proto"] },
  );
  const want = "want at most 100; versions count up by one (SESSIONSTREAM_VERSION)";
  expect(findings({ "t.proto": source })).toEqual([
    `t.proto:8:48: version 101: ${want}`,
    `t.proto:9:68: version 4294967295: ${want}`,
    `t.proto:10:1: version 20250101: ${want}`,
  ]);
});
