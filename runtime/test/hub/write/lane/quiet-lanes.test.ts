import { setTimeout as sleep } from "node:timers/promises";
import { Hub, type UiBatch } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import {
  LabCounter,
  LabCounterAdded,
  LabNote,
  LabNoteAppended,
  LabSweep,
  LabTrace,
} from "../../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../../../test/fixtures/lab.js";
import { type Place, places, wrapStore } from "../../../../../test/fixtures/stores.js";
import { until } from "../../../../../test/fixtures/until.js";

const hubOn = (place: Place) => new Hub({ features: [labOf()], store: place.open() });
const one = { name: "c", amount: 1n };

describe.each(places)("what is stored of a timeline lags behind the log, on %s,", (_, makePlace) => {
  const storedOf = async (place: Place) => {
    const store = place.open();
    const loaded = await store.load("s");
    await store.close();
    return [loaded?.ordinal, loaded?.cursor, loaded?.entities.map(({ id }) => id)];
  };

  test.concurrent("until the session is quiet for a second or two", async () => {
    const place = makePlace();
    const hub = hubOn(place);
    for (let i = 0; i < 3; i++) await hub.publish("s", LabCounterAdded, one);
    expect(await storedOf(place)).toEqual([3n, 0n, []]);
    const { revision } = (await place.open().session("s")) ?? {};
    const store = place.open();
    let cursor: bigint | undefined = 0n;
    await until(() => {
      void store.session("s").then((session) => (cursor = session?.cursor));
      return cursor === 3n;
    }, "the timeline is stored");
    expect(await storedOf(place)).toEqual([3n, 3n, ["c"]]);
    // It is a commit like another one.
    expect((await store.session("s"))?.revision).toBe((revision ?? 0) + 1);
    expect(await hub.publish("s", LabCounterAdded, one)).toEqual({ ordinal: 4n });
    await hub.close();
  });

  test.concurrent("until the hub is closed", async () => {
    const place = makePlace();
    const hub = hubOn(place);
    await hub.publish("s", LabCounterAdded, one);
    await hub.close();
    expect(await storedOf(place)).toEqual([1n, 1n, ["c"]]);
  });

  test.concurrent("once: where the timeline stands, or only runs came, nothing is committed on and on", async () => {
    const place = makePlace();
    const stop = new Hub({ features: [labOf()], store: place.open(), onError: () => {} });
    await stop.publish("s", LabCounterAdded, { ...one, neverFits: true });
    await stop.publish("s", LabCounterAdded, one);
    await stop.start("t", LabSweep, {}, { id: "left-to-others" });
    const store = place.open();
    await sleep(2_500);
    const revisions = async () => [(await store.session("s"))?.revision, (await store.session("t"))?.revision];
    const before = await revisions();
    expect(before[1]).toBe(1);
    await sleep(1_500);
    expect(await revisions()).toEqual(before);
    await stop.close();
  });

  test.concurrent("also where no entity changed", async () => {
    const place = makePlace();
    const hub = hubOn(place);
    await hub.publish("s", LabTrace, { text: "nothing" });
    expect(await storedOf(place)).toEqual([1n, 0n, []]);
    await hub.close();
    expect(await storedOf(place)).toEqual([1n, 1n, []]);
  });

  test.concurrent("and another process folds the rest, stores nothing of it by itself, and tells nobody to start over", async () => {
    const place = makePlace();
    const [hub, other] = [hubOn(place), hubOn(place)];
    const fanned: UiBatch[] = [];
    other.follow("s", (batch) => fanned.push(batch));
    await other.session("s");
    for (let i = 0; i < 3; i++) await hub.publish("s", LabNoteAppended, { number: 1, text: "x" });
    expect((await other.snapshot("s")).get(LabNote, 1)?.text).toBe("xxx");
    expect((await other.timeline("s")).get(LabNote, 1)?.text).toBe("xxx");
    await other.close();
    expect(await storedOf(place)).toEqual([3n, 0n, []]);
    await hub.close();
    expect(await storedOf(place)).toEqual([3n, 3n, ["1"]]);
    expect(fanned.some(({ isReset }) => isReset)).toBe(false);
  });

  test.concurrent("also where it cannot be stored as the hub closes: nothing is lost", async () => {
    const place = makePlace();
    const store = place.open();
    const hub = new Hub({
      features: [labOf()],
      store: wrapStore(store, {
        commit: async (batches) => {
          if (batches.some(({ events }) => events.length === 0)) throw new Error("full");
          return store.commit(batches);
        },
      }),
    });
    await hub.publish("s", LabCounterAdded, one);
    await hub.close();
    expect(await storedOf(place)).toEqual([1n, 0n, []]);
    const next = hubOn(place);
    expect((await next.timeline("s")).get(LabCounter, "c")?.total).toBe(1n);
    // Whoever commits next stores it.
    await next.publish("s", LabTrace, {});
    expect(await storedOf(place)).toEqual([2n, 2n, ["c"]]);
    await next.close();
  });

  test.concurrent("and an event that was skipped is on record once, and skipped by everyone, though it would be folded now", async () => {
    const place = makePlace();
    let isBroken = true;
    const feature = labOf({
      beforeTimeline: () => {
        if (isBroken) throw new Error("broken");
      },
    });
    const advancing = () =>
      new Hub({
        features: [feature],
        store: place.open(),
        onProjectionError: { timeline: "advance" },
        onError: () => {},
      });
    const hub = advancing();
    await hub.publish("s", LabCounterAdded, one);
    isBroken = false;
    await hub.publish("s", LabCounterAdded, { name: "c", amount: 10n });
    const other = advancing();
    expect((await other.snapshot("s")).get(LabCounter, "c")?.total).toBe(10n);
    await other.publish("s", LabCounterAdded, { name: "c", amount: 100n });
    expect((await hub.timeline("s")).get(LabCounter, "c")?.total).toBe(110n);
    expect((await other.errors("s")).map(({ ordinal }) => ordinal)).toEqual([1n]);
    await Promise.all([hub.close(), other.close()]);
  });

  test.concurrent("and a retry stores what one process has folded and another one failed on", async () => {
    const place = makePlace();
    let isBroken = true;
    const beforeTimeline = () => {
      if (isBroken) throw new Error("broken");
    };
    const right = hubOn(place);
    const wrong = new Hub({ features: [labOf({ beforeTimeline })], store: place.open(), onError: () => {} });
    const heard: bigint[] = [];
    right.follow("s", ({ ordinal }) => heard.push(ordinal));
    await right.publish("s", LabCounterAdded, one);
    // It puts on record where its timeline stops.
    expect(await wrong.publish("s", LabCounterAdded, one)).toEqual({ ordinal: 2n });
    expect(await wrong.session("s")).toMatchObject({ cursor: 0n, stop: { ordinal: 1n, reason: "failed" } });
    await until(() => heard.includes(2n), "the other process has folded it");
    isBroken = false;
    expect(await right.retry("s")).toMatchObject({ ordinal: 2n, cursor: 2n, stop: undefined });
    expect(await storedOf(place)).toEqual([2n, 2n, ["c"]]);
    for (const hub of [right, wrong]) {
      expect((await hub.timeline("s")).get(LabCounter, "c")?.total).toBe(2n);
      expect((await hub.snapshot("s")).get(LabCounter, "c")?.total).toBe(2n);
    }
    await right.close();
    await wrong.close();
  });
});
