import { expect, test } from "vitest";
import { seed } from "../../crash/random.js";
import { rollingRestart } from "./rolling.js";
import { runRuns } from "./runs.js";

// On a machine that does other things too, a process takes its time to start.
const timeout = 120_000;

test(
  `each run ends once, whatever its processes were killed at (SEED=${seed})`,
  async () => {
    const { broken, histories } = await runRuns(seed, 4);
    expect(broken).toEqual([]);
    expect(histories).toBe(4);
  },
  timeout,
);

test(
  `two restarts under load: no run is lost, and what is long goes on at once (SEED=${seed})`,
  async () => {
    const { wrong, moved } = await rollingRestart(seed, 2);
    expect(wrong).toEqual([]);
    expect(moved).toBeGreaterThan(5);
  },
  timeout,
);
