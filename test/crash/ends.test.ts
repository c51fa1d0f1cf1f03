import { expect, test } from "vitest";
import { killAt, makeEnds } from "./ends.js";

test("killed while it deletes, imports or backs up, a program leaves each session, and the backup, as before or as after", async () => {
  const ends = await makeEnds();
  const whole = await killAt(ends, 0);
  const steps = Number(whole.at(-1)?.split(" ")[0]);
  expect(steps).toBeGreaterThan(250);
  // Where it deletes, imports and backs up. The long test has all.
  const some = [1, 4, 11, 160, steps - 8, steps - 1];
  const done = new Set<string>();
  for (const step of some) done.add((await killAt(ends, step)).join());
  expect([...done].sort()).toEqual(["", "deleted", "deleted,imported"]);
}, 120_000);
