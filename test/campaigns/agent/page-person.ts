import { setTimeout as sleep } from "node:timers/promises";
import type { Browser } from "playwright-core";
import { AgentPage } from "../../browser/agent-page.js";
import type { Chance } from "../chance.js";
import type { Enter } from "./kills.js";
import type { Person } from "./person.js";

/** Enters by a page in a browser, which is loaded once and finds its server again by itself. */
export function byPage(browser: Browser): Enter {
  return async (url, session, chance) => new PagePerson(await AgentPage.open(browser, url, session), chance);
}

class PagePerson implements Person {
  readonly #agent: AgentPage;
  readonly #deciding: Promise<void>;
  #isGone = false;

  constructor(agent: AgentPage, chance: Chance) {
    this.#agent = agent;
    this.#deciding = this.#decide(chance);
  }

  ask(text: string): Promise<void> {
    return this.#agent.ask(text);
  }

  answered(count: number): Promise<void> {
    return this.#agent.answered(count);
  }

  /** What is there while one looks on, if that is what is there after a reload. */
  async seen(): Promise<readonly string[]> {
    const [live, problems] = [await this.#agent.seen(), await this.#agent.problem.allTextContents()];
    await this.#agent.page.reload();
    await this.#agent.live();
    await this.#agent.answered(live.filter((line) => / Tell me of /.test(line)).length);
    const again = await this.#agent.seen();
    const wrong = [...this.#agent.uncaught, ...problems];
    if (again.join("\n") !== live.join("\n")) wrong.push(`after a reload there is\n${again.join("\n")}`);
    return [...live, ...wrong];
  }

  async close(): Promise<void> {
    this.#isGone = true;
    await this.#deciding;
    await this.#agent.page.close();
  }

  async #decide(chance: Chance): Promise<void> {
    while (!this.#isGone) {
      await sleep(chance.within(0, 60));
      for (const name of ["Approve", chance.is(0.7) ? "Do it again" : "Leave it"] as const) {
        const button = this.#agent.button(name);
        // It may go while one reaches for it.
        if ((await button.count()) > 0)
          await button
            .first()
            .click({ timeout: 500 })
            .catch(() => {});
      }
    }
  }
}
