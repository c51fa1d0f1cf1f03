import { expect, test } from "vitest";
import { seed } from "../../crash/random.js";
import { killAgent } from "./kills.js";

test(`killed while somebody approves, the agent does everything once and tells it all (SEED=${seed})`, async () => {
  const { kills, questions } = await killAgent(seed, 3);
  expect(kills).toBe(3);
  expect(questions).toBeGreaterThan(0);
}, 90_000);
