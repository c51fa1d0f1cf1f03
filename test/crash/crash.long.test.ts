import { describe, expect, test } from "vitest";
import { newFile } from "../fixtures/stores.js";
import { type Harvest, runCampaign } from "./campaign.js";
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
});
