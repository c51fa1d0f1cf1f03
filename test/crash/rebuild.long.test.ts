import { expect, test } from "vitest";
import { killRebuild, makeOld } from "./rebuild.js";

test("killed at each step of a rebuild of all sessions, a program leaves each as before or as after", async () => {
  const file = await makeOld();
  let step = 1;
  while (await killRebuild(file, step)) step++;
  // Each session has its row, its entities, and what tells others of it.
  expect(step).toBeGreaterThan(40);
}, 1_800_000);
