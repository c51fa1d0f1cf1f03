import { describe, expect, test } from "vitest";
import { newFile } from "../fixtures/stores.js";
import { type Harvest, runCampaign } from "./campaign.js";
import { killCommands } from "./commands.js";
import { killAtSteps } from "./lag.js";
import { randomOf, seed } from "./random.js";

// Files of 20 kills: on a new file, kills also hit the first migration.
const files = 10;

describe(`killed at any moment (SEED=${seed})`, () => {
  test(`${files * 20} times, one process on a file`, async () => {
    const total: Harvest = { events: 0, acknowledged: 0, early: 0, behind: 0, retried: 0 };
    const campaign = async (index: number) => {
      const harvest = await runCampaign({ file: newFile(), kills: 20, together: 1, random: randomOf(seed + index) });
      for (const key of Object.keys(total) as (keyof Harvest)[]) total[key] += harvest[key];
    };
    for (let index = 0; index < files; index += 2) await Promise.all([campaign(index), campaign(index + 1)]);
    // The kills hit start-up, streams, broken timelines and retries.
    for (const [what, count] of Object.entries(total)) expect(count, what).toBeGreaterThan(files);
  });

  test(`${files * 8} times, two processes on a file`, async () => {
    for (let index = 0; index < files; index++) {
      await runCampaign({ file: newFile(), kills: 8, together: 2, random: randomOf(seed - 1 - index) });
    }
  });

  test("at each step of a store whose entities lag", async () => {
    const { kills, behind } = await killAtSteps(1, 1);
    expect(kills).toBeGreaterThan(30);
    expect(behind).toBeGreaterThan(10);
  });

  test("80 times, one and two processes that submit the same commands again: each has its effect once", async () => {
    const random = randomOf(seed + 1000);
    let [done, interrupted, takenOver] = [0, 0, 0];
    for (let file = 0; file < 8; file++) {
      const harvest = await killCommands(newFile(), 10, 1 + (file % 2), random);
      done += harvest.done;
      interrupted += harvest.interrupted;
      takenOver += harvest.takenOver;
    }
    expect(done).toBeGreaterThan(200);
    // Some were killed between their first commit and their last.
    expect(interrupted).toBeGreaterThan(0);
    // Some were killed before their first, and then another process did their work.
    expect(takenOver).toBeGreaterThan(0);
  });
});
