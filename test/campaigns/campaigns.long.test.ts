import { expect, test } from "vitest";
import { seed } from "../crash/random.js";
import { campaign as agent } from "./agent/campaign.js";
import { campaign as decisions } from "./decisions/campaign.js";
import { campaign as followers } from "./followers/campaign.js";
import { campaign as restarts } from "./restarts/campaign.js";
import { campaign as runs } from "./runs/campaign.js";

// A share of each campaign; `npm run campaign -- NAME` runs one whole. The shares of `keys` and `kills` are in
// test/crash/crash.long.test.ts.

test.each(Object.entries({ agent, decisions, followers, restarts, runs }))(
  `a fifth of the campaign %s (SEED=${seed})`,
  async (_, { whole, run }) => {
    const count = whole / 5;
    const { broken, histories } = await run(seed, count);
    expect(broken).toEqual([]);
    expect(histories).toBe(count);
  },
);
