import type { Campaign } from "../campaign.js";
import { runRuns } from "./runs.js";

export const campaign: Campaign = {
  about: "each run ends once, whatever its processes were killed at, while which they stood, and what their clocks say",
  whole: 500,
  run: runRuns,
};
