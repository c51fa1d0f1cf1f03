import { expect, test } from "vitest";
import { feature, findings } from "../../support/run.js";

const imports = ["google/protobuf/struct.proto", "google/protobuf/any.proto"];
const rule = "(SESSIONSTREAM_PAYLOAD_CONCRETE)";
const mend = "which has no schema: give it the fields that it carries";

test("a message that holds nothing but a Struct, Value, ListValue or Any is refused", () => {
  const source = feature(
    `message AEvent { option (sessionstream.v1.event) = {}; google.protobuf.Struct data = 1; }
message BEvent { option (sessionstream.v1.event) = {}; repeated google.protobuf.Value list = 1; }
message CUpdate { option (sessionstream.v1.ui_event) = {}; map<string, google.protobuf.ListValue> by_name = 1; }
message DCommand { option (sessionstream.v1.command) = {}; Wrapper wrapper = 1; }
message Wrapper { oneof only { Inner inner = 1; } }
message Inner { google.protobuf.Any any = 1; }
message ERun { option (sessionstream.v1.run) = {}; google.protobuf.Struct input = 1; }`,
    { imports },
  );
  expect(findings({ "t.proto": source })).toEqual([
    `t.proto:8:25: event payload t.v1.AEvent holds only google.protobuf.Struct, in "data", ${mend} ${rule}`,
    `t.proto:9:25: event payload t.v1.BEvent holds only google.protobuf.Value, in "list", ${mend} ${rule}`,
    `t.proto:10:26: UI event payload t.v1.CUpdate holds only google.protobuf.ListValue, in "by_name", ${mend} ${rule}`,
    `t.proto:11:27: command payload t.v1.DCommand holds only google.protobuf.Any, in "wrapper.inner.any", ${mend} ${rule}`,
    `t.proto:14:23: run payload t.v1.ERun holds only google.protobuf.Struct, in "input", ${mend} ${rule}`,
  ]);
});

test("a bound message that is a Struct, Value, ListValue or Any is refused", () => {
  const types = ["Struct", "Value", "ListValue", "Any"];
  const binds = types.map((type) => `option (sessionstream.v1.bind) = {message: "google.protobuf.${type}" event: {}};`);
  expect(findings({ "t.proto": feature(binds.join("\n"), { imports }) })).toEqual(
    types.map(
      (type, index) =>
        `t.proto:${8 + index}:1: event payload google.protobuf.${type} has no schema: declare a message with the fields that it carries ${rule}`,
    ),
  );
});

test("fields of these types beside others, messages without fields and messages that hold themselves are accepted", () => {
  const source = feature(
    `message AEvent { option (sessionstream.v1.event) = {}; google.protobuf.Struct data = 1; string id = 2; }
message BEvent { option (sessionstream.v1.event) = {}; }
message CEvent { option (sessionstream.v1.event) = {}; CEvent next = 1; }
message DEvent { option (sessionstream.v1.event) = {}; Two two = 1; }
message Two { google.protobuf.Any any = 1; google.protobuf.Struct struct = 2; }
option (sessionstream.v1.bind) = {message: "google.protobuf.Timestamp" event: {}};`,
    { imports: [...imports, "google/protobuf/timestamp.proto"] },
  );
  expect(findings({ "t.proto": source })).toEqual([]);
});
