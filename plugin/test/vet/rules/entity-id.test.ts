import { expect, test } from "vitest";
import { feature, findings } from "../../support/run.js";

const mark = "[(sessionstream.v1.entity_id) = true]";
const entity = (name: string, fields: string): string =>
  `message ${name} { option (sessionstream.v1.timeline_entity) = {}; ${fields} }`;

const foreign = `syntax = "proto3"; package acme.v1;
message Invoice { string number = 1; repeated string lines = 2; message Line { string sku = 1; } }`;
const bind = (options: string): string => `option (sessionstream.v1.bind) = {${options}};`;

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

test("the id of a bound entity must name a singular string or integer", () => {
  const source = feature(
    [
      bind(`message: "acme.v1.Invoice" timeline_entity: {name: "A"}`),
      bind(`message: "acme.v1.Invoice" timeline_entity: {name: "B"} entity_id: "nubmer"`),
      bind(`message: "acme.v1.Invoice" timeline_entity: {name: "C"} entity_id: "lines"`),
      bind(`message: "acme.v1.Invoice" timeline_entity: {name: "D"} entity_id: "number"`),
    ].join("\n"),
    { imports: ["acme.proto"] },
  );
  const rule = "(SESSIONSTREAM_ENTITY_ID)";
  expect(findings({ "acme.proto": foreign, "t.proto": source })).toEqual([
    `t.proto:7:1: timeline entity acme.v1.Invoice has no id field: name one singular string or integer field in the binding's entity_id ${rule}`,
    `t.proto:8:1: acme.v1.Invoice has no field "nubmer" to be the id of a timeline entity: did you mean "number"? ${rule}`,
    `t.proto:9:1: id field "lines" of timeline entity acme.v1.Invoice is repeated: want a singular string or integer ${rule}`,
  ]);
});
