import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { MemoryKeys } from "../../src/store/memory-keys.js";
import { MemoryProcesses } from "../../src/store/memory-processes.js";
import { claimOf } from "../../src/testing/store/batches.js";

const sessions = 50_000;

/** What is in use, in bytes, without what is garbage. */
function heapUsed(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

const published = { firstOrdinal: 1n, lastOrdinal: 1n };

test.each([
  ["given up", undefined],
  ["forgotten", published],
])("a session whose keys were %s takes no memory", (_, outcome) => {
  const keys = new MemoryKeys(new MemoryProcesses());
  const before = heapUsed();
  for (let count = 0; count < sessions; count++) {
    const sessionId = `session ${count}`;
    const claim = claimOf("k", "t", { sessionId });
    keys.claim(claim);
    keys.settle(claim, outcome);
  }
  keys.forget(claimOf("k", "t").time + 1, () => false);
  const bytes = heapUsed() - before;
  // It is in use until here.
  expect([...keys.done("session 0")]).toEqual([]);
  expect(bytes / sessions).toBeLessThan(50);
});
