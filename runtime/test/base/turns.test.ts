import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sortInTurns } from "../../src/base/sort-in-turns.js";
import { isTurnOver, nextTurn } from "../../src/base/turns.js";

/** Holds the loop for some milliseconds at a time, as work does that looks at the clock between its steps. */
async function work(steps: number, step: number, done: () => void = () => {}): Promise<void> {
  for (let i = 0; i < steps; i++) {
    if (isTurnOver()) await nextTurn();
    for (const end = performance.now() + step; performance.now() < end; );
    done();
  }
}

describe("turns", () => {
  test("however much long work goes on, others have their turn after a slice", async () => {
    let turns = 0;
    let isDone = false;
    const count = () => {
      turns++;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    // 20 pieces of 10 ms: in one turn together they would hold the loop for 200.
    await Promise.all(Array.from({ length: 20 }, () => work(10, 1)));
    isDone = true;
    expect(turns).toBeGreaterThanOrEqual(20);
  });

  test("those who wait take turns", async () => {
    const done = [0, 0, 0];
    let unfair = 0;
    const step = (piece: number) => {
      done[piece] = (done[piece] ?? 0) + 1;
      unfair = Math.max(unfair, Math.max(...done) - Math.min(...done));
    };
    await Promise.all([0, 1, 2].map((piece) => work(20, 6, () => step(piece))));
    expect(done).toEqual([20, 20, 20]);
    expect(unfair).toBeLessThanOrEqual(2);
  });

  test("short work does not wait", async () => {
    await nextTurn();
    const order: string[] = [];
    setImmediate(() => order.push("turn"));
    await work(1, 0, () => order.push("work"));
    expect(order).toEqual(["work"]);
  });
});

test("sortInTurns sorts, and keeps what is equal in its order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 50 }), { maxLength: 3000, size: "max" }), async (numbers) => {
      const items = numbers.map((number, index) => ({ number, index }));
      const sorted = [...items].sort((a, b) => a.number - b.number);
      expect(await sortInTurns(items, (a, b) => a.number - b.number)).toEqual(sorted);
    }),
    { numRuns: 50 },
  );
});
