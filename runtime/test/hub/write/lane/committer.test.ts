import { expect, test } from "vitest";
import { Committer, type Committing } from "../../../../src/hub/write/lane/committer.js";
import type { SessionBatch } from "../../../../src/store/batch.js";
import { memoryStore } from "../../../../src/store/memory-store.js";
import type { Store } from "../../../../src/store/store.js";
import { batchOf, eventAt } from "../../../../src/testing/store/batches.js";
import { Gate } from "../../gate.js";

/** A lane that has one batch, and notes what became of it. */
class OneBatch implements Committing {
  readonly settled: (Error | undefined)[] = [];
  #batch: SessionBatch | undefined;

  constructor(sessionId: string, events: SessionBatch["events"] = []) {
    this.#batch = batchOf({ sessionId, events });
  }

  takeBatch(): SessionBatch | undefined {
    const taken = this.#batch;
    this.#batch = undefined;
    return taken;
  }

  settle(outcome: Error | undefined): void {
    this.settled.push(outcome);
  }
}

function watch(store: Partial<Store>): Store {
  return Object.assign(memoryStore(), store);
}

test("what several lanes have goes to the store in one call, what comes meanwhile in the next", async () => {
  const calls: string[][] = [];
  const goesOn = new Gate();
  const begun = new Gate();
  const committer = new Committer(
    watch({
      commit: async (batches) => {
        calls.push(batches.map(({ sessionId }) => sessionId));
        begun.open();
        await goesOn.opened;
        return batches.map(() => undefined);
      },
    }),
  );
  const lanes = ["a", "b", "c"].map((id) => new OneBatch(id));
  committer.schedule(lanes[0] as OneBatch);
  committer.schedule(lanes[1] as OneBatch);
  await begun.opened;
  committer.schedule(lanes[2] as OneBatch);
  goesOn.open();
  await committer.idle();
  expect(calls).toEqual([["a", "b"], ["c"]]);
  expect(lanes.map(({ settled }) => settled)).toEqual([[undefined], [undefined], [undefined]]);
});

test("each lane hears its own outcome", async () => {
  const refusal = new Error("b only");
  const committer = new Committer(
    watch({ commit: async (batches) => batches.map(({ sessionId }) => (sessionId === "b" ? refusal : undefined)) }),
  );
  const lanes = ["a", "b", "c"].map((id) => new OneBatch(id));
  for (const lane of lanes) committer.schedule(lane);
  await committer.idle();
  expect(lanes.map(({ settled }) => settled)).toEqual([[undefined], [refusal], [undefined]]);
});

test("a commit that throws is told to all of its lanes, and the next one is made", async () => {
  let fails = true;
  const committer = new Committer(
    watch({
      commit: async (batches) => {
        if (fails) throw new Error("gone");
        return batches.map(() => undefined);
      },
    }),
  );
  const [a, b] = [new OneBatch("a"), new OneBatch("b")];
  committer.schedule(a);
  committer.schedule(b);
  await committer.idle();
  const failed = expect.objectContaining({ code: "STORE_FAILED", message: "the store failed: gone" });
  expect([a.settled, b.settled]).toEqual([[failed], [failed]]);
  fails = false;
  const c = new OneBatch("c");
  committer.schedule(c);
  await committer.idle();
  expect(c.settled).toEqual([undefined]);
});

test("a store that does not say what became of a batch has not made it durable", async () => {
  const committer = new Committer(watch({ commit: async () => [] }));
  const lane = new OneBatch("a");
  committer.schedule(lane);
  await committer.idle();
  expect(lane.settled).toEqual([expect.objectContaining({ code: "STORE_FAILED" })]);
});

test("a lane whose batch cannot be made is told, and the others are committed", async () => {
  const committer = new Committer(memoryStore());
  const bad = new OneBatch("bad");
  bad.takeBatch = () => {
    throw new Error("cannot encode");
  };
  const good = new OneBatch("good");
  committer.schedule(bad);
  committer.schedule(good);
  await committer.idle();
  expect(bad.settled).toEqual([expect.objectContaining({ message: expect.stringContaining("cannot encode") })]);
  expect(good.settled).toEqual([undefined]);
});

test("a group is bounded, and has those who came last beside those who waited longest", async () => {
  const calls: string[][] = [];
  const committer = new Committer(
    watch({
      commit: async (batches) => {
        calls.push(batches.map(({ sessionId }) => sessionId));
        // Comes while many wait.
        if (calls.length === 1) committer.schedule(new OneBatch("late"));
        return batches.map(() => undefined);
      },
    }),
  );
  const lanes = Array.from({ length: 1000 }, (_, index) => new OneBatch(`${index}`));
  for (const lane of lanes) committer.schedule(lane);
  await committer.idle();
  expect(calls.every((ids) => ids.length <= 256)).toBe(true);
  expect(calls).toHaveLength(4);
  expect(calls[0]?.slice(0, 2)).toEqual(["0", "999"]);
  expect(calls[1]?.slice(0, 2)).toEqual(["128", "late"]);
  expect(new Set(calls.flat())).toEqual(new Set([...lanes.keys()].map(String)).add("late"));
  expect(lanes.every(({ settled }) => settled.length === 1 && settled[0] === undefined)).toBe(true);
});

test("a group ends with the batch with which it has many events or bytes", async () => {
  const calls: string[][] = [];
  const committer = new Committer(
    watch({
      commit: async (batches) => {
        calls.push(batches.map(({ sessionId }) => sessionId));
        return batches.map(() => undefined);
      },
    }),
  );
  const large = Array.from({ length: 300 }, (_, index) => eventAt(BigInt(index + 1)));
  const heavy = [eventAt(1n, { payload: new Uint8Array(2 ** 20) })];
  const lanes = [large, large, heavy, []].map((events, index) => new OneBatch(`${index}`, events));
  for (const lane of lanes) committer.schedule(lane);
  await committer.idle();
  expect(calls).toEqual([["0", "3", "1"], ["2"]]);
});
