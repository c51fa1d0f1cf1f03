import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeAgentInChromium } from "./agent-in-chromium.js";

// More of it is in agent.long.test.ts.

describeAgentInChromium(({ folder, open }) => {
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
});
