import { expect, test } from "vitest";
import { seed } from "../../crash/random.js";
import { runRuns } from "./runs.js";

test(`each run ends once, whatever its processes were killed at (SEED=${seed})`, async () => {
  const { broken, histories } = await runRuns(seed, 4);
  expect(broken).toEqual([]);
  expect(histories).toBe(4);
}, 120_000);
