import { expect, test } from "vitest";
import { feature, run } from "../support/run.js";

const other = feature(
  `message FarEvent { option (sessionstream.v1.event) = {}; }
message NearEvent { option (sessionstream.v1.event) = {name: "TNearby"}; option (sessionstream.v1.ui_event) = {name: "TNearby"}; }`,
  { name: "U" },
).replace("package t.v1", "package u.v1");
const source = feature(`message AnyCommand { option (sessionstream.v1.command) = {}; }
message SomeCommand { option (sessionstream.v1.command) = {emits: ["TWent", "UFar", "TWent", "TNearby"]}; }
message WentEvent { option (sessionstream.v1.event) = {}; }
message BoundedEvent { option (sessionstream.v1.event) = {ui: "TNearby" timeline: "TKept"}; }
message KeptEntity { option (sessionstream.v1.timeline_entity) = {}; string id = 1 [(sessionstream.v1.entity_id) = true]; }`);
const code = run({ "a/t.proto": source, "b/u.proto": other }).files["a/t_sessionstream.ts"] ?? "";

test("what a flow names is allowed, wherever it is declared, and nothing else", () => {
  expect(code).toContain(
    "some: (context: CommandContext<typeof TSome, typeof TWent | typeof UFar | typeof TNearbyEvent>)",
  );
  expect(code).toContain("bounded: UiProjector<typeof TBounded, typeof TNearbyUiEvent>;");
  expect(code).toContain("bounded: TimelineProjector<typeof TBounded, typeof TKept>;");
  expect(code).toContain('import type { TNearbyEvent, TNearbyUiEvent, UFar } from "../b/u_sessionstream";');
});

test("where a flow is not declared, anything of the kind is allowed", () => {
  expect(code).toContain("any: (context: CommandContext<typeof TAny, DescEvent>)");
  expect(code).toContain("went: UiProjector<typeof TWent, DescUiEvent>;");
  expect(code).toContain("went: TimelineProjector<typeof TWent, DescTimelineEntity>;");
});
