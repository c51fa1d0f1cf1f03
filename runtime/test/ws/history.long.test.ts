import * as fc from "fast-check";
import { test } from "vitest";
import { histories, hydrationTurns, live } from "./support/history.js";

test("no client sees a gap or a double, and each ends with the timeline, in 3,000 long histories", async () => {
  await fc.assert(
    fc.asyncProperty(histories(120), hydrationTurns, async (steps, turns) => {
      await live(steps, turns);
    }),
    { numRuns: 3000, interruptAfterTimeLimit: 10 * 60_000, markInterruptAsFailure: false },
  );
});
