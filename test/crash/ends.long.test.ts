import { expect, test } from "vitest";
import { killAt, makeEnds } from "./ends.js";

test("killed at each step of a deletion, an import and a backup, a program leaves all as before or as after", async () => {
  const ends = await makeEnds();
  const whole = await killAt(ends, 0);
  const steps = Number(whole.at(-1)?.split(" ")[0]);
  expect(steps).toBeGreaterThan(250);
  for (let step = 1; step <= steps; step++) expect((await killAt(ends, step)).join()).not.toContain("steps");
}, 1_800_000);
