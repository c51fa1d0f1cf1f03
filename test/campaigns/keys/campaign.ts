import { killCommands } from "../../crash/commands.js";
import { randomOf } from "../../crash/random.js";
import { newFile } from "../../fixtures/stores.js";
import { type Campaign, oneByOne } from "../campaign.js";

export const campaign: Campaign = {
  about: "commands under the same keys, in one and in two processes that are killed, have their effects once",
  whole: 50,
  run: oneByOne((seed) => killCommands(newFile(), 4, 1 + (seed % 2), randomOf(seed))),
};
