import { expect, test } from "vitest";
import { readModel } from "../../src/model/index.js";
import { describe } from "../support/compile.js";
import { declaredNames } from "../support/declared-names.js";
import { feature } from "../support/run.js";

test("logical names derive from the feature and the message, less the kind's suffix", () => {
  const model = readModel(
    describe({
      "t.proto": feature(`message GoCommand { option (sessionstream.v1.command) = {}; }
message WentEvent { option (sessionstream.v1.event) = {}; }
message SeenUiEvent { option (sessionstream.v1.ui_event) = {}; }
message ShownUIEvent { option (sessionstream.v1.ui_event) = {}; }
message MovedUpdate { option (sessionstream.v1.ui_event) = {}; }
message KeptEntity { option (sessionstream.v1.timeline_entity) = {}; }
message WorkRun { option (sessionstream.v1.run) = {}; }
message Plain { option (sessionstream.v1.event) = {}; }
message Event { option (sessionstream.v1.event) = {}; }
message Outer { message InnerEvent { option (sessionstream.v1.event) = {}; } message Event { option (sessionstream.v1.event) = {}; } }
message BothEvent { option (sessionstream.v1.command) = {}; option (sessionstream.v1.event) = {}; }
message Named { option (sessionstream.v1.event) = {name: "One" name: "Two"}; }`),
    }),
  );
  expect(declaredNames(model)).toEqual([
    "command TGo <- t.v1.GoCommand t.proto:6:28",
    "event TWent <- t.v1.WentEvent t.proto:7:28",
    "ui_event TSeen <- t.v1.SeenUiEvent t.proto:8:30",
    "ui_event TShown <- t.v1.ShownUIEvent t.proto:9:31",
    "ui_event TMoved <- t.v1.MovedUpdate t.proto:10:30",
    "timeline_entity TKept <- t.v1.KeptEntity t.proto:11:29",
    "run TWork <- t.v1.WorkRun t.proto:12:26",
    "event TPlain <- t.v1.Plain t.proto:13:24",
    "event TEvent <- t.v1.Event t.proto:14:24",
    "event TOuterInner <- t.v1.Outer.InnerEvent t.proto:15:45",
    "event TOuterEvent <- t.v1.Outer.Event t.proto:15:101",
    "command TBothEvent <- t.v1.BothEvent t.proto:16:28",
    "event TBoth <- t.v1.BothEvent t.proto:16:68",
    "event One <- t.v1.Named t.proto:17:52",
    "event Two <- t.v1.Named t.proto:17:64",
  ]);
});
