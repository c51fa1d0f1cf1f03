import { runCampaign } from "../../crash/campaign.js";
import { randomOf } from "../../crash/random.js";
import { newFile } from "../../fixtures/stores.js";
import { type Campaign, oneByOne } from "../campaign.js";

export const campaign: Campaign = {
  about: "what one process or two were killed at is in their file as far as it was acknowledged",
  whole: 50,
  run: oneByOne((seed) => runCampaign({ file: newFile(), kills: 8, together: 1 + (seed % 2), random: randomOf(seed) })),
};
