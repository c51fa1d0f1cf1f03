import { expect, test } from "vitest";
import { campaign } from "./support/campaign.js";

test("hostile frames neither crash the server nor reach a healthy client beside them", async () => {
  expect(await campaign(2000, 1)).toBeGreaterThanOrEqual(2000);
}, 30_000);
