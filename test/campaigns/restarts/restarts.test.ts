import { expect, test } from "vitest";
import { seed } from "../../crash/random.js";
import { rollingRestart } from "./rolling.js";

test(`a restart under load: no run is lost, and what is long goes on at once (SEED=${seed})`, async () => {
  const { wrong, moved } = await rollingRestart(seed, 1);
  expect(wrong).toEqual([]);
  expect(moved).toBeGreaterThan(1);
}, 120_000);
