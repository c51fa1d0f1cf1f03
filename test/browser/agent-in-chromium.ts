import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { AgentServer } from "../campaigns/agent/agent-server.js";
import { newFile } from "../fixtures/stores.js";
import { AgentPage } from "./agent-page.js";
import { describeInChromium } from "./chromium.js";

/** The agent's demo, with a page for each who looks at it. */
export interface AgentInChromium {
  /** Below it, its tools work. */
  readonly folder: string;
  readonly server: AgentServer;
  open(session: string, person?: string): Promise<AgentPage>;
}

/** Describes what the agent's page does, as the demo serves it. */
export function describeAgentInChromium(describeIt: (agent: AgentInChromium) => void): void {
  describeInChromium("the agent's page, served by the demo", (browser) => {
    const folder = newFile("folder");
    const server = new AgentServer(folder, newFile("agent.db"), 30);
    const pages: AgentPage[] = [];
    beforeAll(async () => {
      await mkdir(folder);
      await writeFile(join(folder, "boats.txt"), "The Heron may leave at any tide.\n");
      await server.start();
    }, 30_000);
    afterAll(() => server.kill());
    afterEach(async () => {
      for (const { page, uncaught } of pages.splice(0)) {
        await page.context().close();
        expect(uncaught).toEqual([]);
      }
    });
    describeIt({
      folder,
      server,
      async open(session, person) {
        const agent = await AgentPage.open(browser(), server.url, session, person);
        pages.push(agent);
        return agent;
      },
    });
  });
}
