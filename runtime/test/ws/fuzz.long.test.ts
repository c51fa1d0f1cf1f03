import { expect, test } from "vitest";
import { campaign } from "./support/campaign.js";

const seed = Date.now() & 0x7fffffff;

test(`20,000 random and mutated frames (seed ${seed}): no crash, no effect on a healthy client beside them`, async () => {
  expect(await campaign(20_000, seed)).toBeGreaterThanOrEqual(20_000);
}, 120_000);
