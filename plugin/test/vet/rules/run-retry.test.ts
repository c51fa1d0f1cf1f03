import { expect, test } from "vitest";
import { feature, findings } from "../../support/run.js";

const rule = "(SESSIONSTREAM_RUN_RETRY)";

test("retries that never end, or a pause that no timer can wait, are reported where they are written", () => {
  const source = feature(
    `message ARun { option (sessionstream.v1.run) = {retries: 1000 retry_after_ms: 2147483647}; }
message BRun {
  option (sessionstream.v1.run) = {
    retries: 1001
    retry_after_ms: 2147483648
  };
}
option (sessionstream.v1.bind) = {message: "google.protobuf.Empty" run: {retries: 4294967295}};`,
    { imports: ["google/protobuf/empty.proto"] },
  );
  const often = "want at most 1000; what fails that often fails for good";
  expect(findings({ "t.proto": source })).toEqual([
    `t.proto:10:5: retries 1001: ${often} ${rule}`,
    `t.proto:11:5: retry_after_ms 2147483648: want at most 2147483647, which is about 24 days; the option is in milliseconds ${rule}`,
    `t.proto:14:1: retries 4294967295: ${often} ${rule}`,
  ]);
});
