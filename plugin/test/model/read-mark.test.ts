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

test("a run has its events and how it is tried again, with what is not written apart from 0", () => {
  const model = readModel(
    describe({
      "t.proto": feature(`message WentEvent { option (sessionstream.v1.event) = {}; }
message ARun { option (sessionstream.v1.run) = {}; }
message BRun {
  option (sessionstream.v1.run) = {
    emits: "TWent"
    retries: 3
    retry_after_ms: 0
  };
}`),
    }),
  );
  const [went, ...runs] = model.files.flatMap((file) => file.marks);
  expect(went?.retry).toBeUndefined();
  expect(
    runs.map(({ flows, retry }) => [
      flows.map(({ option, to, targets }) => [option, to, ...targets.map(({ name }) => name)]),
      retry && [retry.retries, formatLocation(retry.retriesLocation), retry.after, formatLocation(retry.afterLocation)],
    ]),
  ).toEqual([
    [[], [0, "t.proto:7:23", undefined, "t.proto:7:23"]],
    [[["emits", "event", "TWent"]], [3, "t.proto:11:5", 0, "t.proto:12:5"]],
  ]);
});
