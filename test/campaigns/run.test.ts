import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

function run(...args: readonly string[]) {
  const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, "run.mjs"), ...args], {
    encoding: "utf8",
  });
  return { status, stderr };
}

test.each([
  [[], "which campaign?"],
  [["decision"], 'there is no campaign "decision"'],
  [["decisions", "followers"], 'there is no campaign "decisions followers"'],
  [["decisions", "--count", "many"], '--count is "many", want a whole number'],
  [["decisions", "--times", "3"], "Unknown option '--times'"],
])("campaign %j is refused, with what there is", (args, why) => {
  const { status, stderr } = run(...args);
  expect(status).toBe(2);
  expect(stderr).toContain(why);
  expect(stderr).toContain("NAME is one of agent, decisions, followers, keys, kills, restarts, runs");
});
