import { writeSync } from "node:fs";
import { expect, test } from "vitest";
import { seed } from "../crash/random.js";
import type { Campaign } from "./campaign.js";

// What run.mjs runs.

const name = process.env.CAMPAIGN ?? "";

test(name, async () => {
  const { campaign }: { campaign: Campaign } = await import(`./${name}/campaign.ts`);
  const count = Number(process.env.CAMPAIGN_COUNT ?? campaign.whole);
  const say = (line: string) => writeSync(1, `${line}\n`);
  say(`${name}: ${campaign.about}\nseed ${seed}, ${count} histories`);
  const begun = performance.now();
  const { histories, broken, counts } = await campaign.run(seed, count);
  const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
  const told = Object.entries(counts).map(([what, number]) => `${what} ${number}`);
  say(`${histories} histories in ${minutes} minutes, ${broken.length} broken (${told.join(", ")})`);
  for (const each of broken) say(`${each}\nrun it again: npm run campaign -- ${name} --count 1 --seed ${seedOf(each)}`);
  expect(broken).toEqual([]);
  expect(histories, "histories").toBeGreaterThanOrEqual(count);
});

/** A broken history begins with its seed. */
function seedOf(broken: string): string {
  return /\d+/.exec(broken)?.[0] ?? "";
}
