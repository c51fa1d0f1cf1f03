import { expect, test } from "vitest";
import { feature, findings } from "../../support/run.js";

const rule = "(SESSIONSTREAM_RETIRED)";
const retiring = (retired: string, body: string, name = "T") =>
  feature(body, { name }).replace(`name: "${name}"`, `name: "${name}" ${retired}`);

test("names of events that are no more are accepted, with those of features of other files", () => {
  const [t, u] = [retiring('retired: ["TWent", "Old_1"]', ""), retiring('retired: "UWent"', "", "U")];
  expect(findings({ "t.proto": t, "u.proto": u.replace("t.v1", "u.v1") })).toEqual([]);
});

test("a malformed name is reported at the name", () => {
  const source = retiring('retired: "" retired: "not-a-name" retired: "t.v1.WentEvent"', "");
  expect(findings({ "t.proto": source })).toEqual([
    `t.proto:5:48: retired names an empty name: write the logical name of an event that is no more, or remove it ${rule}`,
    `t.proto:5:60: retired names "not-a-name", which is not an identifier and so never was an event: want a letter, then letters, digits and "_" ${rule}`,
    `t.proto:5:82: retired names "t.v1.WentEvent", which is not an identifier and so never was an event: want a letter, then letters, digits and "_" ${rule}`,
  ]);
});

test("a name that an event of any feature has is reported, of today or superseded", () => {
  const source = retiring(
    'retired: "TWent" retired: "TOld" retired: "UFar"',
    `message WentEvent { option (sessionstream.v1.event) = {}; }
message OldEvent { option (sessionstream.v1.event) = {superseded_by: "TWent"}; }`,
  );
  const other = feature("message FarEvent { option (sessionstream.v1.event) = {}; }", { name: "U" });
  expect(findings({ "t.proto": source, "u.proto": other.replace("t.v1", "u.v1") })).toEqual([
    `t.proto:5:48: retired names "TWent", which is an event at t.proto:6:28: remove the event's mark, or the name from retired ${rule}`,
    `t.proto:5:65: retired names "TOld", which is superseded by "TWent" at t.proto:7:27: remove the name from retired to have it upcast, or the event's mark to have it passed over ${rule}`,
    `t.proto:5:81: retired names "UFar", which is an event at u.proto:6:27: remove the event's mark, or the name from retired ${rule}`,
  ]);
});

test("other kinds may have the name", () => {
  const source = retiring('retired: "TSame"', "message SameCommand { option (sessionstream.v1.command) = {}; }");
  expect(findings({ "t.proto": source })).toEqual([]);
});

test("a name that is retired twice is reported at the second, in one feature or in two", () => {
  const first = retiring('retired: "TGone" retired: "TGone"', "");
  const second = retiring('retired: "TGone"', "", "U").replace("t.v1", "u.v1");
  expect(findings({ "t.proto": first, "u.proto": second })).toEqual([
    `t.proto:5:65: retired names "TGone", which is retired at t.proto:5:48 already: remove one ${rule}`,
    `u.proto:5:48: retired names "TGone", which is retired at t.proto:5:48 already: remove one ${rule}`,
  ]);
});

test("a flow or superseded_by that names a retired event is told so", () => {
  const source = retiring(
    'retired: "TGone"',
    `message GoCommand { option (sessionstream.v1.command) = {emits: ["TGone"]}; }
message OldEvent { option (sessionstream.v1.event) = {superseded_by: "TGone"}; }`,
  );
  expect(findings({ "t.proto": source })).toEqual([
    `t.proto:6:58: emits names "TGone", which is retired at t.proto:5:48: want an event of today (SESSIONSTREAM_FLOW_TARGET)`,
    `t.proto:7:55: superseded_by names "TGone", which is retired at t.proto:5:48: want an event of the same feature that is published today (SESSIONSTREAM_SUPERSEDED_BY)`,
  ]);
});
