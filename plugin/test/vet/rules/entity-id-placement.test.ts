import { expect, test } from "vitest";
import { feature, findings } from "../../support/run.js";

const mark = "[(sessionstream.v1.entity_id) = true]";

test("entity_id on a field that is of no timeline entity is refused", () => {
  const source = feature(`message AEvent { option (sessionstream.v1.event) = {}; string id = 1 ${mark}; }
message B { message C { int32 n = 1 ${mark}; } }
message D { option (sessionstream.v1.timeline_entity) = {}; string id = 1 ${mark}; string other = 2 [(sessionstream.v1.entity_id) = false]; }`);
  const extension = `syntax = "proto2"; package x; import "sessionstream/v1/options.proto";
message Open { extensions 1 to 9; }
extend Open { optional string tag = 1 ${mark}; }
message Scope { extend Open { optional string tug = 2 ${mark}; } }`;
  const mend = "remove it, or write option (sessionstream.v1.timeline_entity) = {}; into the message";
  const rule = "(SESSIONSTREAM_ENTITY_ID_PLACEMENT)";
  expect(findings({ "t.proto": source, "x.proto": extension })).toEqual([
    `t.proto:6:71: entity_id is on field "id" of t.v1.AEvent, which is not a timeline entity: ${mend} ${rule}`,
    `t.proto:7:38: entity_id is on field "n" of t.v1.B.C, which is not a timeline entity: ${mend} ${rule}`,
    `x.proto:3:40: entity_id is on the extension field x.tag: want a field of the message itself ${rule}`,
    `x.proto:4:56: entity_id is on the extension field x.Scope.tug: want a field of the message itself ${rule}`,
  ]);
});
