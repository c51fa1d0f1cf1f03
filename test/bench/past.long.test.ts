import { expect, test } from "vitest";
import { measurePast } from "./dist/past.js";

test("looks into the past are measured from zero and from checkpoints, which take less than the log", async () => {
  const lines = new Map<string, { median: number; max: number; ratio?: number }>();
  await measurePast((line) => lines.set(line.case, line as unknown as { median: number; max: number }), 0.04);
  const of = (name: string) => lines.get(`asOf in 40000 events: ${name}`)?.median ?? Number.NaN;
  // They are of one run, and the one folds several times as many events.
  expect(of("from checkpoints")).toBeLessThan(of("folded from zero"));
  expect(of("from the checkpoints that it left")).toBeLessThan(of("folded from zero"));
  for (const name of ["made as the log grew", "left by a look"]) {
    const { median = 0, ratio } = lines.get(`bytes of checkpoints: ${name}`) ?? {};
    expect(median).toBeGreaterThan(0);
    expect(ratio).toBeLessThan(1);
  }
});
