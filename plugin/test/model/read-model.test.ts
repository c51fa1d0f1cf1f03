import { expect, test } from "vitest";
import { formatLocation, kinds, readModel, type SchemaModel } from "../../src/model/index.js";
import { describe } from "../support/compile.js";
import { feature } from "../support/run.js";

/** Every logical name as `kind name <- message path:line:col`. */
function names({ files }: SchemaModel): readonly string[] {
  return files.flatMap(({ marks }) =>
    marks.flatMap((mark) =>
      mark.names.map(
        ({ text, location }) => `${mark.kind} ${text} <- ${mark.message.typeName} ${formatLocation(location)}`,
      ),
    ),
  );
}

test("logical names derive from the feature and the message, less the kind's suffix", () => {
  const model = readModel(
    describe({
      "t.proto": feature(`message GoCommand { option (sessionstream.v1.command) = {}; }
message WentEvent { option (sessionstream.v1.event) = {}; }
message SeenUiEvent { option (sessionstream.v1.ui_event) = {}; }
message ShownUIEvent { option (sessionstream.v1.ui_event) = {}; }
message MovedUpdate { option (sessionstream.v1.ui_event) = {}; }
message KeptEntity { option (sessionstream.v1.timeline_entity) = {}; }
message Plain { option (sessionstream.v1.event) = {}; }
message Event { option (sessionstream.v1.event) = {}; }
message Outer { message InnerEvent { option (sessionstream.v1.event) = {}; } message Event { option (sessionstream.v1.event) = {}; } }
message BothEvent { option (sessionstream.v1.command) = {}; option (sessionstream.v1.event) = {}; }
message Named { option (sessionstream.v1.event) = {name: "One" name: "Two"}; }`),
    }),
  );
  expect(names(model)).toEqual([
    "command TGo <- t.v1.GoCommand t.proto:6:28",
    "event TWent <- t.v1.WentEvent t.proto:7:28",
    "ui_event TSeen <- t.v1.SeenUiEvent t.proto:8:30",
    "ui_event TShown <- t.v1.ShownUIEvent t.proto:9:31",
    "ui_event TMoved <- t.v1.MovedUpdate t.proto:10:30",
    "timeline_entity TKept <- t.v1.KeptEntity t.proto:11:29",
    "event TPlain <- t.v1.Plain t.proto:12:24",
    "event TEvent <- t.v1.Event t.proto:13:24",
    "event TOuterInner <- t.v1.Outer.InnerEvent t.proto:14:45",
    "event TOuterEvent <- t.v1.Outer.Event t.proto:14:101",
    "command TBothEvent <- t.v1.BothEvent t.proto:15:28",
    "event TBoth <- t.v1.BothEvent t.proto:15:68",
    "event One <- t.v1.Named t.proto:16:52",
    "event Two <- t.v1.Named t.proto:16:64",
  ]);
});

test("bound messages come after a file's own, and derive names from its feature", () => {
  const model = readModel(
    describe({
      "acme.proto": 'syntax = "proto3"; package acme; message InvoiceEvent { string number = 1; }',
      "t.proto": feature(
        `option (sessionstream.v1.bind) = {message: "acme.InvoiceEvent" event: {} timeline_entity: {} entity_id: "number"};
message OwnEvent { option (sessionstream.v1.event) = {}; }`,
        { imports: ["acme.proto"] },
      ),
    }),
  );
  expect(names(model)).toEqual([
    "event TOwn <- t.v1.OwnEvent t.proto:8:27",
    "event TInvoice <- acme.InvoiceEvent t.proto:7:1",
    "timeline_entity TInvoiceEvent <- acme.InvoiceEvent t.proto:7:1",
  ]);
  expect(model.files[0]?.marks[2]?.idFields.map(({ field }) => field.name)).toEqual(["number"]);
});

test("an event has its version, 1 where none is written, and its successor", () => {
  const model = readModel(
    describe({
      "t.proto": feature(
        `message GoCommand { option (sessionstream.v1.command) = {}; }
message AEvent { option (sessionstream.v1.event) = {}; }
message BEvent { option (sessionstream.v1.event) = {name: ["B", "BToo"] version: 2}; }
message CEvent { option (sessionstream.v1.event) = {version: 0 superseded_by: "B"}; }
option (sessionstream.v1.bind) = {message: "google.protobuf.Empty" event: {version: 4 superseded_by: "TA"}};`,
        { imports: ["google/protobuf/empty.proto"] },
      ),
    }),
  );
  const marks = model.files.flatMap((file) => file.marks);
  expect(
    marks.map(({ names: [name], version, supersededBy }) => [
      name?.text,
      version,
      supersededBy && `${supersededBy.name} ${formatLocation(supersededBy.location)}`,
    ]),
  ).toEqual([
    ["TGo", 1, undefined],
    ["TA", 1, undefined],
    ["B", 2, undefined],
    ["TC", 1, "B t.proto:10:64"],
    ["TEmpty", 4, "TA t.proto:11:1"],
  ]);
});

test("files without annotations are left out; a feature alone is not", () => {
  const model = readModel(
    describe({ "plain.proto": 'syntax = "proto3"; message M {}', "t.proto": feature("message M { int32 n = 1; }") }),
  );
  expect(model.files.map(({ desc, feature: mark }) => [desc.proto.name, mark?.name])).toEqual([["t.proto", "T"]]);
});

test("names lead to who declares them, in all files", () => {
  const model = readModel(
    describe({
      "a.proto": feature('message AEvent { option (sessionstream.v1.event) = {name: "N"}; }'),
      "b.proto": feature('message B { option (sessionstream.v1.event) = {name: "N" name: "M"}; }', { name: "U" }),
    }),
  );
  const uses = kinds.map((kind) =>
    [...model.names[kind]].map(([name, marks]) => [name, marks.map(({ file }) => file.desc.name)]),
  );
  expect(uses).toEqual([
    [],
    [
      ["N", ["a", "b"]],
      ["M", ["b"]],
    ],
    [],
    [],
  ]);
});
