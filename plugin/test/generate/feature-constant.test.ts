import { expect, test } from "vitest";
import { historyProto } from "../support/history.js";
import { feature, generatedCode, run } from "../support/run.js";

const code = generatedCode(historyProto);

test("the feature has the names that it retires", () => {
  const retiring = feature(historyProto).replace('name: "T"', 'name: "T" retired: ["TGone", "TLost"]');
  expect(
    run({ "t.proto": retiring }).files["t_sessionstream.ts"],
  ).toContain(`  supersededEvents: [TOlder, TOldest, TOther],
  retired: ["TGone", "TLost"],
});`);
});

test("the feature has superseded events apart, and neither its events nor its projections have them", () => {
  expect(code).toContain(`  commands: [TGo],
  events: [TWent, TPlain],
  supersededEvents: [TOlder, TOldest, TOther],
});`);
  expect(code).toContain("  typeof TGo,\n  typeof TWent | typeof TPlain,\n  never,\n  never,\n  never\n");
  expect(code).toContain("export type TEvent =\n  | BackendEvent<typeof TWent>\n  | BackendEvent<typeof TPlain>;");
  expect(code.match(/(?<= {2})\w+(?=: UiProjector)/g)).toEqual(["went", "plain"]);
  expect(code.match(/(?<= {2})\w+(?=: TimelineProjector)/g)).toEqual(["went", "plain"]);
});

test("the feature has the version of its timeline projection, unless it is the first", () => {
  const raised = feature(historyProto).replace('name: "T"', 'name: "T" timeline_version: 3');
  expect(run({ "t.proto": raised }).files["t_sessionstream.ts"]).toContain(`  timelineVersion: 3,
});`);
  const first = feature(historyProto).replace('name: "T"', 'name: "T" timeline_version: 1');
  expect(run({ "t.proto": first }).files["t_sessionstream.ts"]).not.toContain("timelineVersion");
});
