import { expect, test } from "vitest";
import { feature, run } from "../support/run.js";

test("the id of an entity has the TypeScript type of its field", () => {
  const fields = [
    ["string id", "", "string"],
    ["int32 id", "", "number"],
    ["uint32 id", "", "number"],
    ["sint32 id", "", "number"],
    ["fixed32 id", "", "number"],
    ["sfixed32 id", "", "number"],
    ["int64 id", "", "bigint"],
    ["uint64 id", "", "bigint"],
    ["sint64 id", "", "bigint"],
    ["fixed64 id", "", "bigint"],
    ["sfixed64 id", "", "bigint"],
    ["int64 id", ", jstype = JS_STRING", "string"],
    ["int64 id", ", jstype = JS_NUMBER", "bigint"],
  ] as const;
  const source = feature(
    fields
      .map(
        ([field, option], index) =>
          `message E${index} { option (sessionstream.v1.timeline_entity) = {}; ${field} = 1 [(sessionstream.v1.entity_id) = true${option}]; }`,
      )
      .join("\n"),
  );
  const code = run({ "t.proto": source }).files["t_sessionstream.ts"] ?? "";
  const types = [...code.matchAll(/DescTimelineEntity<"TE\d+", typeof E\d+Schema, (\w+)>/g)].map(([, type]) => type);
  expect(types).toEqual(fields.map(([, , type]) => type));
});

test("the id's field is named as protobuf-es names its property", () => {
  const source = feature(
    `message E { option (sessionstream.v1.timeline_entity) = {}; string my_own_id = 1 [(sessionstream.v1.entity_id) = true, json_name = "other"]; }
message F { option (sessionstream.v1.timeline_entity) = {}; string constructor = 1 [(sessionstream.v1.entity_id) = true]; }`,
  );
  const code = run({ "t.proto": source }).files["t_sessionstream.ts"];
  expect(code).toContain('timelineEntity("TE", ESchema, "myOwnId");');
  expect(code).toContain('timelineEntity("TF", FSchema, "constructor$");');
});
