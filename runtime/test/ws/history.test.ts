import * as fc from "fast-check";
import { expect, test } from "vitest";
import { histories, hydrationTurns, live, type Step } from "./support/history.js";

test("whatever clients do, none sees a gap or a double above its snapshot, and each ends with the timeline", async () => {
  await fc.assert(
    fc.asyncProperty(histories(40), hydrationTurns, async (steps, turns) => {
      await live(steps, turns);
    }),
    { numRuns: 100 },
  );
}, 60_000);

test("the histories have clients that lag, that go on from what they have, and that begin anew", async () => {
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
  expect((await live(slow, 2)).lags).toBeGreaterThan(0);

  const back: Step[] = [
    burst,
    { follow: "s", follower: 1 },
    { turns: 20 },
    { disconnect: true, follower: 1 },
    burst,
    { connect: true, follower: 1 },
    { turns: 20 },
  ];
  // The retry at the end of each history repairs nothing here.
  expect(await live(back, 2)).toMatchObject({ deltas: 1, resets: 1 });
  expect(await live([...back, { rebuild: "s" }, { turns: 20 }], 2)).toMatchObject({ deltas: 1, resets: 2 });
});
