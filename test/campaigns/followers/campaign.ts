import type { Campaign } from "../campaign.js";
import { runFollowers } from "./followers.js";

export const campaign: Campaign = {
  about: "followers at two processes on one file hear the same, while they publish, repair and are killed",
  whole: 1000,
  run: runFollowers,
};
