import { describe, expect, test } from "vitest";
import { newFile } from "../fixtures/stores.js";
import { runCampaign } from "./campaign.js";
import { killCommands } from "./commands.js";
import { killAtSteps } from "./lag.js";
import { randomOf, seed } from "./random.js";

// On a machine that does other things too, a child takes its time to start.
const timeout = 120_000;

describe(`killed at any moment (SEED=${seed})`, () => {
  // Two children run at a time: one here, and one below.
  test.concurrent(
    "12 times: the timeline is the fold, the acknowledged is there, the next ordinal comes next",
    async () => {
      const harvest = await runCampaign({ file: newFile(), kills: 12, together: 1, random: randomOf(seed) });
      expect(harvest.acknowledged).toBeGreaterThan(50);
    },
    timeout,
  );

  test.concurrent(
    "6 times, two processes on one file: the same",
    async () => {
      const harvest = await runCampaign({ file: newFile(), kills: 6, together: 2, random: randomOf(seed + 1) });
      expect(harvest.acknowledged).toBeGreaterThan(10);
    },
    timeout,
  );

  test.concurrent(
    "at every sixth step of a store whose entities lag: with the tail of the log they are the fold",
    async () => {
      const found = await killAtSteps(1 + (seed % 6), 6);
      expect(found.kills).toBeGreaterThan(3);
      expect(found.behind).toBeGreaterThan(0);
    },
    timeout,
  );

  test.concurrent(
    "6 times, one and two processes that submit the same commands again: each has its effect once",
    async () => {
      const random = randomOf(seed + 2);
      const one = await killCommands(newFile(), 3, 1, random);
      const two = await killCommands(newFile(), 3, 2, random);
      expect(one.done + two.done).toBeGreaterThan(5);
    },
    timeout,
  );
});
