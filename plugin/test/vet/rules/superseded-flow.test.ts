import { expect, test } from "vitest";
import { feature, findings } from "../../support/run.js";

const rule = "(SESSIONSTREAM_SUPERSEDED_FLOW)";

test("a superseded event that is emitted, or that declares flows, is reported at each", () => {
  const source = feature(`message GoCommand {
  option (sessionstream.v1.command) = {
    emits: "TWent"
    emits: "TGone"
  };
}
message GoneEvent {
  option (sessionstream.v1.event).superseded_by = "TWent";
  option (sessionstream.v1.event).ui = "TSeen";
  option (sessionstream.v1.event).timeline = "TKept";
}
message WentEvent { option (sessionstream.v1.event) = {ui: "TSeen" timeline: "TKept"}; }
message SeenUpdate { option (sessionstream.v1.ui_event) = {}; }
message KeptEntity { option (sessionstream.v1.timeline_entity) = {}; string id = 1 [(sessionstream.v1.entity_id) = true]; }`);
  const event = 'event t.v1.GoneEvent is superseded by "TWent" and declares';
  const unseen = "though no projection sees it any more: remove";
  expect(findings({ "t.proto": source })).toEqual([
    `t.proto:9:5: emits names "TGone", which is superseded by "TWent" at t.proto:13:3: emit "TWent" instead ${rule}`,
    `t.proto:14:3: ${event} ui, ${unseen} ui, or move it to "TWent" ${rule}`,
    `t.proto:15:3: ${event} timeline, ${unseen} timeline, or move it to "TWent" ${rule}`,
  ]);
});

test("a command of another file that emits a superseded event is reported too", () => {
  const t = feature(`message GoneEvent { option (sessionstream.v1.event) = {superseded_by: "TWent"}; }
message WentEvent { option (sessionstream.v1.event) = {}; }`);
  const u = feature(`message GoCommand { option (sessionstream.v1.command) = {emits: ["TGone"]}; }`, { name: "U" });
  expect(findings({ "t.proto": t, "u.proto": u.replace("package t.v1", "package u.v1") })).toEqual([
    `u.proto:6:58: emits names "TGone", which is superseded by "TWent" at t.proto:6:56: emit "TWent" instead ${rule}`,
  ]);
});

test("a run that emits a superseded event is reported too", () => {
  const source = feature(`message GoneEvent { option (sessionstream.v1.event) = {superseded_by: "TWent"}; }
message WentEvent { option (sessionstream.v1.event) = {}; }
message WorkRun { option (sessionstream.v1.run) = {emits: ["TWent", "TGone"]}; }`);
  expect(findings({ "t.proto": source })).toEqual([
    `t.proto:8:52: emits names "TGone", which is superseded by "TWent" at t.proto:6:56: emit "TWent" instead ${rule}`,
  ]);
});

test("where successors are superseded in turn, the last one is what to use instead", () => {
  const source = feature(`message GoCommand { option (sessionstream.v1.command) = {emits: ["TX"]}; }
message XEvent { option (sessionstream.v1.event) = {superseded_by: "TY" ui: "TSeen"}; }
message YEvent { option (sessionstream.v1.event) = {superseded_by: "TZ"}; }
message ZEvent { option (sessionstream.v1.event) = {}; }
message SeenUpdate { option (sessionstream.v1.ui_event) = {}; }`);
  expect(findings({ "t.proto": source })).toEqual([
    `t.proto:6:58: emits names "TX", which is superseded by "TY" at t.proto:7:53: emit "TZ" instead ${rule}`,
    `t.proto:7:73: event t.v1.XEvent is superseded by "TY" and declares ui, though no projection sees it any more: remove ui, or move it to "TZ" ${rule}`,
  ]);
});

test("in a circle there is nothing to use instead, and the circle alone is reported", () => {
  const source = feature(`message GoCommand { option (sessionstream.v1.command) = {emits: ["TW"]}; }
message WEvent { option (sessionstream.v1.event) = {superseded_by: "TX"}; }
message XEvent { option (sessionstream.v1.event) = {superseded_by: "TY" ui: "TSeen"}; }
message YEvent { option (sessionstream.v1.event) = {superseded_by: "TX"}; }
message SeenUpdate { option (sessionstream.v1.ui_event) = {}; }`);
  expect(findings({ "t.proto": source }).map((line) => line.replace(/: .*\(/, " ("))).toEqual([
    "t.proto:8:53 (SESSIONSTREAM_SUPERSEDED_BY)",
    "t.proto:9:53 (SESSIONSTREAM_SUPERSEDED_BY)",
  ]);
});
