import { describe, expect, test } from "vitest";
import { seed } from "../../crash/random.js";
import { runDecisions } from "./decisions.js";

describe(`deciders in two processes on one file (SEED=${seed})`, () => {
  test("what they decide holds, and each is told what is so", async () => {
    const { histories, broken, counts } = await runDecisions(seed, 40);
    expect(broken).toEqual([]);
    expect(histories).toBe(40);
    expect(counts.rejected).toBeGreaterThan(10);
  }, 60_000);

  test("where they check first and publish afterwards, it does not hold", async () => {
    const { broken } = await runDecisions(seed, 30, true);
    expect(broken.join("\n")).toMatch(/the account is at -|is taken again/);
  }, 60_000);
});
