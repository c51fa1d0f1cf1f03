import { expect, test } from "vitest";
import { historyProto } from "../support/history.js";
import { generatedCode } from "../support/run.js";

const code = generatedCode(historyProto);

test("the feature has superseded events apart, and neither its events nor its projections have them", () => {
  expect(code).toContain(`  commands: [TGo],
  events: [TWent, TPlain],
  supersededEvents: [TOlder, TOldest, TOther],
});`);
  expect(code).toContain("  typeof TGo,\n  typeof TWent | typeof TPlain,\n  never,\n  never\n");
  expect(code).toContain("export type TEvent =\n  | BackendEvent<typeof TWent>\n  | BackendEvent<typeof TPlain>;");
  expect(code).toContain("OpenedContext<typeof TWent | typeof TPlain>");
  expect(code.match(/(?<= {2})\w+(?=: UiProjector)/g)).toEqual(["went", "plain"]);
  expect(code.match(/(?<= {2})\w+(?=: TimelineProjector)/g)).toEqual(["went", "plain"]);
});
