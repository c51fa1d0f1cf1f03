import { type Campaign, oneByOne } from "../campaign.js";
import { killAgent } from "./kills.js";

export const campaign: Campaign = {
  about: "an agent that is killed while somebody approves writes once, runs no command twice unasked, and tells all",
  whole: 10,
  run: oneByOne((seed) => killAgent(seed, 10)),
};
