import { expect, test } from "vitest";
import { measureRows } from "./dist/stalls/stalls.js";

test("a row is measured in a server and by clients of its own, and what was measured is told", async () => {
  const told: unknown[] = [];
  const options = { scale: 0.001, warmUp: 50, control: 100 };
  const lines = await measureRows(["delta"], 1, options, (line) => told.push(line));
  expect(told).toEqual(lines);
  expect(lines).toMatchObject([{ row: "delta", unit: "ms", rounds: 1 }]);
  for (const { publish, ping, loop } of lines) {
    for (const { p99, max } of [publish, ping, loop].flatMap((late) => late ?? [])) {
      expect(p99.median).toSatisfy(Number.isFinite);
      expect(max.median).toSatisfy(Number.isFinite);
    }
    expect(publish).toBeDefined();
    // A loop that turns is late by something.
    expect(loop.max.median).toBeGreaterThan(0);
  }
});
