import { expect, test } from "vitest";
import { feature, findings } from "../support/run.js";

const mark = "[(sessionstream.v1.entity_id) = true]";
const entity = (name: string, fields: string): string =>
  `message ${name} { option (sessionstream.v1.timeline_entity) = {}; ${fields} }`;

test("an entity without exactly one id field is refused", () => {
  const rule = "(SESSIONSTREAM_ENTITY_ID)";
  const source = feature(
    [
      entity("A", "string id = 1;"),
      entity("B", "string id = 1 [(sessionstream.v1.entity_id) = false];"),
      entity("C", `string a = 1 ${mark}; string b = 2 ${mark};`),
      entity("D", `message Inner { option (sessionstream.v1.event) = {}; string id = 1; }`),
    ].join("\n"),
  );
  const missing = (type: string): string =>
    `timeline entity t.v1.${type} has no id field: mark one singular string or integer field with ${mark} ${rule}`;
  expect(findings({ "t.proto": source })).toEqual([
    `t.proto:6:20: ${missing("A")}`,
    `t.proto:7:20: ${missing("B")}`,
    `t.proto:8:127: timeline entity t.v1.C has the id fields "a" and "b": want exactly one ${rule}`,
    `t.proto:9:20: ${missing("D")}`,
  ]);
});

test("an id field that is not a singular string or integer is refused", () => {
  const types = [
    [`bool id = 1 ${mark};`, "a bool"],
    [`bytes id = 1 ${mark};`, "bytes"],
    [`float id = 1 ${mark};`, "a float"],
    [`double id = 1 ${mark};`, "a double"],
    [`Kind id = 1 ${mark};`, "the enum t.v1.Kind"],
    [`Sub id = 1 ${mark};`, "the message t.v1.Sub"],
    [`repeated string id = 1 ${mark};`, "repeated"],
    [`map<string, string> id = 1 ${mark};`, "a map"],
    [`oneof either { string id = 1 ${mark}; string other = 2; }`, 'in the oneof "either"'],
  ] as const;
  const body = types.map(([field], index) => entity(`E${index}`, field));
  const source = feature([...body, "enum Kind { KIND = 0; }", "message Sub { string a = 1; }"].join("\n"));
  expect(findings({ "t.proto": source }).map((line) => line.replace(/^t.proto:(\d+):\d+/, "$1"))).toEqual(
    types.map(
      ([, what], index) =>
        `${6 + index}: id field "id" of timeline entity t.v1.E${index} is ${what}: want a singular string or integer (SESSIONSTREAM_ENTITY_ID)`,
    ),
  );
});

test("strings and integers of every width are accepted, optional ones too", () => {
  const types = "string int32 uint32 sint32 fixed32 sfixed32 int64 uint64 sint64 fixed64 sfixed64".split(" ");
  const body = types.map((type, index) => entity(`E${index}`, `${type} id = 1 ${mark};`));
  body.push(entity("F", `optional string id = 1 ${mark};`));
  expect(findings({ "t.proto": feature(body.join("\n")) })).toEqual([]);
});

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
