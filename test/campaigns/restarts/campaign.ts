import { type Campaign, oneByOne } from "../campaign.js";
import { rollingRestart } from "./rolling.js";

export const campaign: Campaign = {
  about: "ten restarts of two processes in turns, under load, and no run is lost, ended for it or started twice",
  whole: 5,
  run: oneByOne(async (seed) => {
    const { wrong, ...counts } = await rollingRestart(seed, 10);
    if (wrong.length > 0) throw new Error(wrong.join("\n  "));
    return counts;
  }),
};
