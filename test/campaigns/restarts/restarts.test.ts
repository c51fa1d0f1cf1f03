import { expect, test } from "vitest";
import { seed } from "../../crash/random.js";
import { rollingRestart } from "./rolling.js";

test(`two restarts under load: no run is lost, and what is long goes on at once (SEED=${seed})`, async () => {
  const { wrong, moved } = await rollingRestart(seed, 2);
  expect(wrong).toEqual([]);
  expect(moved).toBeGreaterThan(5);
}, 120_000);
