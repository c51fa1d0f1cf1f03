import { expect, test } from "vitest";
import { formatLocation, readModel } from "../../src/model/index.js";
import { describe } from "../support/compile.js";
import { feature } from "../support/run.js";

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
