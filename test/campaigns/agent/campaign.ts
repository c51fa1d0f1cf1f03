import { findChromium, help, launchChromium, withoutChromium } from "../../browser/chromium.js";
import { type Campaign, oneByOne } from "../campaign.js";
import { killAgent } from "./kills.js";
import { byPage } from "./page-person.js";

const kills = 10;

export const campaign: Campaign = {
  about: "an agent that is killed while somebody approves writes once, runs no command twice unasked, and tells all",
  whole: 10,
  /** In one history of ten, the person is at a page. */
  run: oneByOne(async (seed) => {
    if (seed % 10 !== 0) return { ...(await killAgent(seed, kills)), pages: 0 };
    const executablePath = findChromium(process.env);
    if (executablePath === undefined) {
      if (withoutChromium(process.env) === "fail") throw new Error(help);
      console.warn(`SKIPPED: the page of history ${seed} ${help}`);
      return { ...(await killAgent(seed, kills)), pages: 0 };
    }
    const browser = await launchChromium(executablePath);
    try {
      return { ...(await killAgent(seed, kills, byPage(browser))), pages: 1 };
    } finally {
      await browser.close();
    }
  }),
};
