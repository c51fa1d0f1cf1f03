import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeAgentInChromium } from "./agent-in-chromium.js";

describeAgentInChromium(({ folder, server, open }) => {
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
