import { expect, test } from "vitest";
import { feature, findings } from "../../support/run.js";

const rule = "give one of them another name (SESSIONSTREAM_NAME_UNIQUE)";

test("a name that is used twice in a kind is reported at each location, across files", () => {
  const a = feature(`message FooEvent { option (sessionstream.v1.event) = {}; }`);
  const b = feature(
    `message Bar { option (sessionstream.v1.event) = {name: "TFoo" name: "UBar" name: "UBar"}; }
message Foo { option (sessionstream.v1.command) = {}; }
message FooCommand { option (sessionstream.v1.command) = {}; }`,
    { name: "U" },
  ).replace("package t.v1", "package u.v1");
  expect(findings({ "a/a.proto": a, "b/b.proto": b })).toEqual([
    `a/a.proto:6:27: event name "TFoo" of t.v1.FooEvent is used at b/b.proto:6:50 for u.v1.Bar too: ${rule}`,
    `b/b.proto:6:50: event name "TFoo" of u.v1.Bar is used at a/a.proto:6:27 for t.v1.FooEvent too: ${rule}`,
    `b/b.proto:6:63: event name "UBar" of u.v1.Bar is used at b/b.proto:6:76 for u.v1.Bar too: ${rule}`,
    `b/b.proto:6:76: event name "UBar" of u.v1.Bar is used at b/b.proto:6:63 for u.v1.Bar too: ${rule}`,
    `b/b.proto:7:22: command name "UFoo" of u.v1.Foo is used at b/b.proto:8:29 for u.v1.FooCommand too: ${rule}`,
    `b/b.proto:8:29: command name "UFoo" of u.v1.FooCommand is used at b/b.proto:7:22 for u.v1.Foo too: ${rule}`,
  ]);
});

test("three uses of a name name each other", () => {
  const source = feature(`message A { option (sessionstream.v1.event) = {name: ["N", "N", "N"]}; }`);
  // A list literal has one location, that of the first element.
  expect(findings({ "t.proto": source })[0]).toBe(
    `t.proto:6:48: event name "N" of t.v1.A is used at t.proto:6:48 for t.v1.A and t.proto:6:48 for t.v1.A too: ${rule}`,
  );
});

test("a name that two runs have is reported at both", () => {
  const source = feature(`message WorkRun { option (sessionstream.v1.run) = {}; }
message Other { option (sessionstream.v1.run) = {name: "TWork"}; }`);
  expect(findings({ "t.proto": source })).toEqual([
    `t.proto:6:26: run name "TWork" of t.v1.WorkRun is used at t.proto:7:50 for t.v1.Other too: ${rule}`,
    `t.proto:7:50: run name "TWork" of t.v1.Other is used at t.proto:6:26 for t.v1.WorkRun too: ${rule}`,
  ]);
});

test("kinds may share a name", () => {
  const source = feature(`message Foo {
  option (sessionstream.v1.command) = {name: "N"};
  option (sessionstream.v1.event) = {name: "N"};
  option (sessionstream.v1.ui_event) = {name: "N"};
  option (sessionstream.v1.timeline_entity) = {name: "N"};
  option (sessionstream.v1.run) = {name: "N"};
  string id = 1 [(sessionstream.v1.entity_id) = true];
}`);
  expect(findings({ "t.proto": source })).toEqual([]);
});
