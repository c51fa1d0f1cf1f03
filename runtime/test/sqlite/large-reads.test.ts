import { describe, expect, test } from "vitest";
import { newFile } from "../../../test/fixtures/stores.js";
import { mostTombstones } from "../../src/store/rules.js";
import { commit, entityOf, eventAt, startOf } from "../../src/testing/store/batches.js";
import { openers } from "./drivers.js";

const count = 20_000;

describe.each(openers)("a large timeline, read with %s", (_name, sqliteStore) => {
  const large = async () => {
    const store = sqliteStore(newFile(), { synchronous: "normal" });
    const entities = Array.from({ length: count }, (_, index) =>
      entityOf(`e${index}`, { position: (index * 7919) % count }),
    );
    await commit(store, { events: [eventAt(1n)], cursor: 1n, entities, runs: [startOf("r")] });
    return store;
  };

  test("is of one instant and in its order, while others commit to it", async () => {
    const store = await large();
    let isLoaded = false;
    const loading = store.load("s").finally(() => {
      isLoaded = true;
    });
    let commits = 0;
    // Each changes an entity, and deletes another one.
    while (!isLoaded) {
      const revision = ++commits;
      const ordinal = BigInt(revision + 1);
      const entities = [
        entityOf(`e${revision}`, { lastEventOrdinal: ordinal }),
        entityOf(`e${count - revision}`, { lastEventOrdinal: ordinal, payload: undefined }),
      ];
      await commit(store, { revision, events: [eventAt(ordinal)], cursor: ordinal, entities });
      await new Promise((resolve) => setImmediate(resolve));
    }
    const loaded = await loading;
    expect(commits).toBeGreaterThan(3);
    const { revision = 0, ordinal, entities = [], runs } = loaded ?? {};
    expect(ordinal).toBe(BigInt(revision));
    expect(entities).toHaveLength(count - (revision - 1));
    expect(entities.filter(({ lastEventOrdinal }) => lastEventOrdinal > 1n)).toHaveLength(revision - 1);
    const places = entities.map(({ position }) => position);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(runs?.map(({ id }) => id)).toEqual(["r"]);
    await store.close();
  });

  test("is read once after the other, and gives up when the store is closed", async () => {
    const store = await large();
    const first = await Promise.all([store.load("s"), store.load("s")]);
    expect(first.map((loaded) => loaded?.entities.length)).toEqual([count, count]);
    const loading = [store.load("s"), store.load("s")];
    const outcomes = Promise.allSettled(loading);
    await new Promise((resolve) => setImmediate(resolve));
    await store.close();
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { code: "CLOSED" } });
  });

  test("comes with its newest checkpoint, and what was deleted since", async () => {
    const store = sqliteStore(newFile(), { synchronous: "normal" });
    await commit(store, { events: [eventAt(1n), eventAt(2n)], cursor: 2n });
    async function* parts() {
      yield [entityOf("a")];
    }
    await store.writeCheckpoint("s", { ordinal: 1n, epoch: "first", after: 0n, isFull: true }, parts());
    const gone = Array.from({ length: mostTombstones }, (_, index) =>
      entityOf(`e${index}`, { lastEventOrdinal: 2n, payload: undefined }),
    );
    await commit(store, { revision: 1, cursor: 2n, entities: gone });
    const { checkpoint, entities } = (await store.load("s")) ?? {};
    expect([entities, checkpoint?.ordinal, checkpoint?.deletedSince?.length]).toEqual([[], 1n, mostTombstones]);
    // Nothing is in the way of what comes next.
    await commit(store, { revision: 2, cursor: 2n, entities: [entityOf("e1", { lastEventOrdinal: 2n })] });
    expect((await store.load("s"))?.checkpoint?.deletedSince).toHaveLength(mostTombstones - 1);
    await store.close();
  });
});
