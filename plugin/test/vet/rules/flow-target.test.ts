import { expect, test } from "vitest";
import { feature, findings } from "../../support/run.js";

const rule = "(SESSIONSTREAM_FLOW_TARGET)";
const source = feature(`message GoCommand {
  option (sessionstream.v1.command) = {
    emits: "TWnet"
    emits: ["TWent",
            "TSeen", "Nothing", ""]
  };
}
message WentEvent {
  option (sessionstream.v1.event).ui = "TWent";
  option (sessionstream.v1.event).timeline = "TGo";
}
message SeenUiEvent { option (sessionstream.v1.ui_event) = {}; }
message WorkRun { option (sessionstream.v1.run) = {emits: "TWork"}; }`);

test("a flow that names nothing, or something of another kind, is reported at the name", () => {
  expect(findings({ "t.proto": source })).toEqual([
    `t.proto:8:5: emits names "TWnet", and no event has that name: did you mean "TWent"? ${rule}`,
    // Elements of a list literal have the location of the list.
    `t.proto:9:5: emits names "", and no event has that name ${rule}`,
    `t.proto:9:5: emits names "Nothing", and no event has that name ${rule}`,
    `t.proto:9:5: emits names "TSeen", which is a UI event at t.proto:17:30: want an event ${rule}`,
    `t.proto:14:3: ui names "TWent", which is an event at t.proto:14:3: want a UI event ${rule}`,
    `t.proto:15:3: timeline names "TGo", which is a command at t.proto:7:10: want a timeline entity ${rule}`,
    `t.proto:18:52: emits names "TWork", which is a run at t.proto:18:26: want an event ${rule}`,
  ]);
});

test("where a run may not see all files, the finding says what to set", () => {
  const hint = `set "strategy: all" for this plugin in buf.gen.yaml ${rule}`;
  const partial = findings({ "t.proto": source }, { parameter: "target=ts" });
  expect(partial.slice(0, 2)).toEqual([
    `t.proto:8:5: emits names "TWnet", and no event has that name: did you mean "TWent"? if it is declared in another directory, ${hint}`,
    `t.proto:9:5: emits names "", and no event has that name; if it is declared in another directory, ${hint}`,
  ]);
  expect(partial.every((line) => line.endsWith(hint))).toBe(true);
});

test("a flow may name what another file declares, imported or not", () => {
  const other = feature("message OtherEvent { option (sessionstream.v1.event) = {}; }", { name: "U" });
  const names = feature(`message GoCommand { option (sessionstream.v1.command) = {emits: ["UOther"]}; }`);
  expect(findings({ "t.proto": names, "u/u.proto": other })).toEqual([]);
});
