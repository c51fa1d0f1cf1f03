import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { AgentServer } from "../campaigns/agent/agent-server.js";
import { newFile } from "../fixtures/stores.js";
import { AgentPage } from "./agent-page.js";
import { describeInChromium } from "./chromium.js";

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

  async function open(session: string, person?: string): Promise<AgentPage> {
    const agent = await AgentPage.open(browser(), server.url, session, person);
    pages.push(agent);
    return agent;
  }

  test("ben asks, anna approves, and both see the same", async () => {
    const [ben, anna] = [await open("two", "ben"), await open("two", "anna")];
    await ben.ask("Tell me of the heron");
    await anna.call("write_file", "asked");
    await ben.button("Approve").click();
    expect(await ben.problem.textContent()).toBe("ben may not decide what tools do");
    await anna.button("Approve").click();
    await anna.call("run_command", "asked");
    expect(await readFile(join(folder, "notes/heron.md"), "utf8")).toContain("> The Heron may leave");
    await anna.button("Approve").click();
    await Promise.all([anna.answered(1), ben.answered(1)]);
    const seen = await anna.seen();
    expect(seen.at(-2)).toBe("  run_command done: 12 notes/heron.md");
    expect(seen.at(-1)).toContain("done: Done. I found “heron” in boats.txt.");
    expect(await ben.seen()).toEqual(seen);
    await ben.page.reload();
    await expect.poll(() => ben.seen()).toEqual(seen);
  }, 60_000);

  test("what is refused is not done, and the assistant goes on", async () => {
    const anna = await open("refuses");
    await anna.ask("Any tide?");
    await anna.button("Refuse").click();
    await anna.answered(1);
    expect((await anna.seen()).at(-1)).toContain("The note: refused by a person. The count: not made.");
    await expect(readFile(join(folder, "notes/tide.md"))).rejects.toThrow("ENOENT");
  }, 60_000);

  test("it is stopped from another tab while it waits", async () => {
    const [anna, tab] = [await open("stops"), await open("stops")];
    await anna.ask("Who may leave?");
    await anna.call("write_file", "asked");
    await tab.button("Stop").click();
    await anna.answered(1);
    expect((await anna.seen()).at(-1)).toBe("  write_file stopped: ");
    expect(await anna.page.locator("article.user small").textContent()).toBe("stopped by anna");
    expect(await anna.button("Approve").count()).toBe(0);
  }, 60_000);

  test("killed while it waits, and while a command runs, it goes on; the command not without a yes", async () => {
    const anna = await open("killed");
    await anna.ask("What of the heron?");
    await anna.call("write_file", "asked");
    await server.kill();
    await server.start();
    await anna.button("Approve").click();
    await anna.call("run_command", "asked");
    await anna.button("Approve").click();
    await anna.call("run_command", "running");
    await server.kill();
    await server.start();
    await anna.call("run_command", "interrupted");
    await anna.button("Do it again").click();
    await anna.answered(1);
    expect((await anna.seen()).at(-2)).toBe("  run_command done: 12 notes/heron.md");
    expect(await anna.problem.count()).toBe(0);
  }, 60_000);
});
