import type { Campaign } from "../campaign.js";
import { runDecisions } from "./decisions.js";

export const campaign: Campaign = {
  about: "many deciders in two processes on one file keep an account above zero, and a seat for one",
  whole: 5000,
  run: runDecisions,
};
