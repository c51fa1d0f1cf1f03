import { expect, test } from "vitest";
import { Probe } from "./dist/stalls/probe.js";

test("a probe counts all who would have come while the event loop was held", async () => {
  const probe = new Probe(async () => {});
  probe.begin();
  const until = performance.now() + 100;
  while (performance.now() < until);
  const waits = probe.end();
  expect(Math.max(...waits)).toBeGreaterThanOrEqual(99);
  // One each 5 milliseconds.
  expect(waits.filter((wait) => wait > 40).length).toBeGreaterThanOrEqual(12);
});
