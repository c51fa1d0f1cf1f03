import * as fc from "fast-check";
import { expect, test } from "vitest";
import { histories, live, loadTurns, type Step } from "./support/history.js";

test("whatever clients do, none sees a gap or a double above its snapshot, and each ends with the timeline", async () => {
  await fc.assert(
    fc.asyncProperty(histories(40), loadTurns, async (steps, turns) => {
      await live(steps, turns);
    }),
    { numRuns: 100 },
  );
}, 60_000);

test("the histories have clients that lag", async () => {
  const large = { session: "s", kind: "set", code: "a", detail: "b", length: 6000 };
  const burst: Step = { publish: Array(12).fill(large) };
  const slow: Step[] = [
    { follow: "s", follower: 0 },
    { turns: 20 },
    { pause: true, follower: 0 },
    burst,
    burst,
    { turns: 5 },
    { pause: false, follower: 0 },
    burst,
  ];
  expect(await live(slow, 2)).toBeGreaterThan(0);
});
