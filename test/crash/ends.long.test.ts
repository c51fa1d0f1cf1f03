import { expect, test } from "vitest";
import { killAt, makeEnds } from "./ends.js";

test("killed at each step of a deletion, an import, a redaction and a backup, a program leaves all as before or as after", async () => {
  const ends = await makeEnds();
  let step = 1;
  // How many there are depends on how fast it is.
  while ((await killAt(ends, step)).length < 5) step++;
  expect(step).toBeGreaterThan(250);
}, 1_800_000);
