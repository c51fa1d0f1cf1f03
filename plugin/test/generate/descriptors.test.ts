import { expect, test } from "vitest";
import { historyProto } from "../support/history.js";
import { generatedCode } from "../support/run.js";

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
  const code = generatedCode(
    fields
      .map(
        ([field, option], index) =>
          `message E${index} { option (sessionstream.v1.timeline_entity) = {}; ${field} = 1 [(sessionstream.v1.entity_id) = true${option}]; }`,
      )
      .join("\n"),
  );
  const types = [...code.matchAll(/DescTimelineEntity<"TE\d+", typeof E\d+Schema, (\w+)>/g)].map(([, type]) => type);
  expect(types).toEqual(fields.map(([, , type]) => type));
});

test("the id's field is named as protobuf-es names its property", () => {
  const code = generatedCode(
    `message E { option (sessionstream.v1.timeline_entity) = {}; string my_own_id = 1 [(sessionstream.v1.entity_id) = true, json_name = "other"]; }
message F { option (sessionstream.v1.timeline_entity) = {}; string constructor = 1 [(sessionstream.v1.entity_id) = true]; }`,
  );
  expect(code).toContain('timelineEntity("TE", ESchema, "myOwnId");');
  expect(code).toContain('timelineEntity("TF", FSchema, "constructor$");');
});

test("a descriptor says its version, and what superseded it", () => {
  const code = generatedCode(historyProto);
  expect(
    [...code.matchAll(/^export const \w+: (Desc\w*Event)<"(\w+)", .*?> = \/\*@__PURE__\*\/ (.*);$/gm)].map((match) =>
      match.slice(1),
    ),
  )
    // The order is that of the proto file.
    .toEqual([
      ["DescEvent", "TWent", 'event("TWent", WentEventSchema, { version: 3 })'],
      ["DescSupersededEvent", "TOlder", 'supersededEvent("TOlder", OlderEventSchema, { by: "TWent", version: 2 })'],
      ["DescSupersededEvent", "TOldest", 'supersededEvent("TOldest", OldestEventSchema, { by: "TOlder" })'],
      ["DescSupersededEvent", "TOther", 'supersededEvent("TOther", OtherEventSchema, { by: "TPlain" })'],
      ["DescEvent", "TPlain", 'event("TPlain", PlainEventSchema)'],
    ]);
});
