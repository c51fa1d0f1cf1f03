import { expect, test } from "vitest";
import { seed } from "../../crash/random.js";
import { runFollowers } from "./followers.js";

test(`followers at two processes on one file hear the same, each event once, in order (SEED=${seed})`, async () => {
  const { broken, histories } = await runFollowers(seed, 6);
  expect(broken).toEqual([]);
  expect(histories).toBe(6);
}, 60_000);
