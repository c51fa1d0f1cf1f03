import { expect, test } from "vitest";
import { killRebuild, makeOld } from "./rebuild.js";

test("killed while it rebuilds all sessions, a program leaves each as before or as after, and the next one does the rest", async () => {
  const file = await makeOld();
  expect(await killRebuild(file, 1)).toBe(true);
  expect(await killRebuild(file, 16)).toBe(true);
  expect(await killRebuild(file, 0)).toBe(false);
}, 120_000);
