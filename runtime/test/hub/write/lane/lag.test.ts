import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Lag } from "../../../../src/hub/write/lane/lag.js";
import type { SessionBatch } from "../../../../src/store/batch.js";
import type { StoredEvent } from "../../../../src/store/stored.js";

const eventOf = (size: number): StoredEvent => ({
  ordinal: 1n,
  name: "E",
  version: 1,
  type: "E",
  payload: new Uint8Array(size),
  time: 0,
});

const batchOf = (events: readonly StoredEvent[], entity?: number) =>
  ({
    events,
    runs: [],
    entities: entity === undefined ? [] : [{ payload: new Uint8Array(entity) }],
  }) as unknown as SessionBatch;

describe("when entities are written", () => {
  test.each([
    [5, 10],
    [5, 50_000],
    [200, 1_000_000],
    [20_000, 100],
  ])("with events of %d bytes, an entity of %d: the events have paid for it, but for one time", (size, entity) => {
    const lag = new Lag(false);
    let [given, written] = [0, 0];
    for (let i = 0; i < 999; i++) {
      const events = [eventOf(size)];
      given += size + 100;
      const isDue = lag.isDueWith(events);
      if (isDue) written += entity + 100;
      lag.committed(batchOf(events, isDue ? entity : undefined), isDue);
    }
    expect(written).toBeLessThanOrEqual(given + entity + 100);
    expect(written).toBeGreaterThan(0);
  });

  test("a growing entity is written in proportion to its events, whatever else is written between", () => {
    fc.assert(
      fc.property(fc.array(fc.record({ size: fc.nat(3000), entity: fc.nat(300_000) })), (steps) => {
        const lag = new Lag(false);
        let [given, written, largest] = [0, 0, 0];
        for (const { size, entity } of steps) {
          const events = [eventOf(size)];
          const isDue = lag.isDueWith(events);
          given += size + 100;
          if (isDue) {
            written += entity + 100;
            largest = Math.max(largest, entity + 100);
          }
          lag.committed(batchOf(events, isDue ? entity : undefined), isDue);
        }
        expect(written).toBeLessThanOrEqual(given + largest);
      }),
    );
  });

  test("a commit that had no entity to write does not forgive what was written before", () => {
    const lag = new Lag(false);
    lag.committed(batchOf([eventOf(1)], 100_000), true);
    lag.committed(batchOf([eventOf(1)]), true);
    expect(lag.isDueWith([eventOf(90_000)])).toBe(false);
    expect(lag.isDueWith([eventOf(100_000)])).toBe(true);
  });

  test("after so many events that to load them would take long, in any case", () => {
    const lag = new Lag(false);
    lag.committed(batchOf([eventOf(1)], 10_000_000), true);
    for (let i = 0; i < 999; i++) lag.committed(batchOf([eventOf(0)]), false);
    expect(lag.isDueWith([eventOf(0)])).toBe(true);
  });

  test("at once where it is not known how far they lag", () => {
    expect(new Lag(true).isDueWith([eventOf(0)])).toBe(true);
  });
});

test("whoever committed last is to write what lags, until it is written or another commits", () => {
  const lag = new Lag(false);
  expect(lag.isOurs).toBe(false);
  lag.committed(batchOf([eventOf(1)]), false);
  expect(lag.isOurs).toBe(true);
  lag.followed(eventOf(1));
  expect(lag.isOurs).toBe(false);
  lag.committed(batchOf([eventOf(1)]), false);
  lag.committed(batchOf([eventOf(1)], 5), true);
  expect(lag.isOurs).toBe(false);
});
