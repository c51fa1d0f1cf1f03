import { expect, test } from "vitest";
import { feature, findings } from "../../support/run.js";

const rule = "(SESSIONSTREAM_SUPERSEDED_BY)";

test("a successor that does not exist, or is no event of the feature, is reported at the name", () => {
  const source = feature(`message WentEvent { option (sessionstream.v1.event) = {}; }
message A { option (sessionstream.v1.event) = {superseded_by: "TWnet"}; }
message B { option (sessionstream.v1.event) = {name: ["TB", "TBee"] superseded_by: "TBeee"}; }
message C {
  option (sessionstream.v1.event) = {
    superseded_by: "TSeen"
  };
}
message D { option (sessionstream.v1.event).superseded_by = "UFar"; }
message SeenUiEvent { option (sessionstream.v1.ui_event) = {}; }`);
  const other = feature("message FarEvent { option (sessionstream.v1.event) = {}; }", { name: "U" });
  expect(findings({ "t.proto": source, "u.proto": other.replace("package t.v1", "package u.v1") })).toEqual([
    `t.proto:7:48: superseded_by names "TWnet", and no event of the feature has that name: did you mean "TWent"? ${rule}`,
    `t.proto:8:69: superseded_by names "TBeee", and no event of the feature has that name: want the event that took this one's place ${rule}`,
    `t.proto:11:5: superseded_by names "TSeen", which is a UI event at t.proto:15:30: want an event of the same feature ${rule}`,
    `t.proto:14:13: superseded_by names "UFar", which is an event of the feature U at u.proto:6:27: want an event of the same feature, whose upcast makes one of the other ${rule}`,
  ]);
});

test("a message's name in place of the logical name is reported with that", () => {
  const source = feature(`message SomethingWentEvent { option (sessionstream.v1.event) = {name: "Gone"}; }
message A { option (sessionstream.v1.event) = {superseded_by: "SomethingWentEvent"}; }
message B { option (sessionstream.v1.event) = {superseded_by: "t.v1.SomethingWentEvent"}; }
message C { option (sessionstream.v1.event) = {superseded_by: "C"}; }`);
  expect(findings({ "t.proto": source })).toEqual([
    `t.proto:7:48: superseded_by names "SomethingWentEvent", and no event of the feature has that name: did you mean "Gone"? ${rule}`,
    `t.proto:8:48: superseded_by names "t.v1.SomethingWentEvent", and no event of the feature has that name: did you mean "Gone"? ${rule}`,
    `t.proto:9:48: superseded_by names "C", and no event of the feature has that name: want the event that took this one's place ${rule}`,
  ]);
});

test("names of one message are parted by bindings in another file", () => {
  const shared = 'syntax = "proto3"; package t.v1; message Shared { string id = 1; }';
  const source = feature(
    `option (sessionstream.v1.bind) = {message: "t.v1.Shared" event: {name: "TOld" superseded_by: "TNew"}};
option (sessionstream.v1.bind) = {message: "t.v1.Shared" event: {name: "TNew"}};`,
    { imports: ["shared.proto"] },
  );
  expect(findings({ "t.proto": source, "shared.proto": shared })).toEqual([]);
});

test("an event that is superseded by itself, directly or in a circle, is reported at each step of the circle", () => {
  const source = feature(`message A { option (sessionstream.v1.event) = {superseded_by: "TA"}; }
message B { option (sessionstream.v1.event) = {name: ["TB", "TBee"] superseded_by: "TBee"}; }
message C { option (sessionstream.v1.event) = {superseded_by: "TD"}; }
message D { option (sessionstream.v1.event) = {superseded_by: "TE"}; }
message E { option (sessionstream.v1.event) = {superseded_by: "TC"}; }
message Into { option (sessionstream.v1.event) = {superseded_by: "TC"}; }`);
  const itself = "name the event that took its place, or raise version where the event stays and its meaning changed";
  const circle = "remove superseded_by from the one that is published today";
  expect(findings({ "t.proto": source })).toEqual([
    `t.proto:6:48: event "TA" is superseded by itself: ${itself} ${rule}`,
    `t.proto:7:69: event "TBee" is superseded by itself, since superseded_by is for all names of the message: declare them by bind from another file to part them ${rule}`,
    `t.proto:8:48: events are superseded in a circle, "TC" by "TD" by "TE" by "TC": ${circle} ${rule}`,
    `t.proto:9:48: events are superseded in a circle, "TD" by "TE" by "TC" by "TD": ${circle} ${rule}`,
    `t.proto:10:48: events are superseded in a circle, "TE" by "TC" by "TD" by "TE": ${circle} ${rule}`,
  ]);
});

test("an event may be superseded by one that is superseded in turn, with versions, and by a bound one", () => {
  const source = feature(
    `message OldestEvent { option (sessionstream.v1.event) = {superseded_by: "TOlder"}; }
message OlderEvent { option (sessionstream.v1.event) = {version: 3 superseded_by: "TToday"}; }
option (sessionstream.v1.bind) = {message: "google.protobuf.Duration" event: {name: "TToday" version: 2}};
option (sessionstream.v1.bind) = {message: "google.protobuf.Timestamp" event: {name: "TThen" superseded_by: "TToday"}};`,
    { imports: ["google/protobuf/duration.proto", "google/protobuf/timestamp.proto"] },
  );
  expect(findings({ "t.proto": source })).toEqual([]);
});
