import { setImmediate } from "node:timers/promises";
import { type BackendEvent, Hub, memoryStore } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import {
  LabCounter,
  LabCounterAdded,
  LabNote,
  LabNoteSet,
  LabTrace,
  LabWork,
} from "../../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { type LabSwitches, labOf } from "../../../../../test/fixtures/lab.js";
import { memoryPlace, places, wrapStore } from "../../../../../test/fixtures/stores.js";
import { settles } from "../../gate.js";

const silent = () => {};

const broken = () => {
  const switches: { fails: boolean } & LabSwitches = {
    fails: true,
    beforeTimeline({ name }: BackendEvent) {
      if (switches.fails && name === "LabCounterAdded") throw new Error("broken");
    },
  };
  return switches;
};

describe("retry", () => {
  test("gets its turn while a stream publishes without a pause", async () => {
    const switches = broken();
    let streaming = true;
    let published = 0;
    switches.work = ({ background, publish }) =>
      background("stream", async () => {
        while (streaming) {
          await publish(LabTrace, {});
          published++;
        }
      });
    const hub = new Hub({ features: [labOf(switches)], onError: silent });
    await hub.publish("s", LabCounterAdded, { name: "c", amount: 3n });
    switches.fails = false;
    await hub.submit("s", LabWork, {});
    await setImmediate();
    const inTime = await settles(hub.retry("s"));
    streaming = false;
    await hub.waitIdle("s");
    expect(inTime).toBe(true);
    expect(published).toBeGreaterThan(1);
    const { cursor, ordinal } = await hub.session("s");
    expect(cursor).toBe(ordinal);
    expect((await hub.snapshot("s")).get(LabCounter, "c")?.total).toBe(3n);
  });

  test("catches up with what another hub published meanwhile", async () => {
    const place = memoryPlace();
    const switches = broken();
    const first = new Hub({ features: [labOf(switches)], store: place.open(), onError: silent });
    const second = new Hub({ features: [labOf(switches)], store: place.open(), onError: silent });
    await first.publish("s", LabCounterAdded, { name: "c", amount: 1n });
    await second.publish("s", LabCounterAdded, { name: "c", amount: 2n });
    switches.fails = false;
    expect(await first.retry("s")).toMatchObject({ ordinal: 2n, cursor: 2n });
    expect((await second.snapshot("s")).get(LabCounter, "c")?.total).toBe(3n);
  });

  test("of a session that lacks nothing commits nothing but what is not stored yet", async () => {
    const store = memoryStore();
    const hub = new Hub({ features: [labOf()], store });
    expect(await hub.retry("never used")).toMatchObject({ ordinal: 0n, cursor: 0n });
    expect(await store.session("never used")).toBeUndefined();
    await hub.publish("s", LabTrace, {});
    await hub.retry("s");
    expect(await store.session("s")).toMatchObject({ revision: 2, cursor: 1n });
    await hub.retry("s");
    expect(await store.session("s")).toMatchObject({ revision: 2 });
  });

  test("stops at the first event that fails again and keeps what was projected before it", async () => {
    const switches = broken();
    const hub = new Hub({ features: [labOf(switches)], onError: silent });
    await hub.publish("s", LabCounterAdded, { name: "c", amount: 3n });
    await hub.publish("s", LabCounterAdded, { name: "c", neverFits: true });
    await hub.publish("s", LabCounterAdded, { name: "c", amount: 5n });
    expect(await hub.session("s")).toMatchObject({ ordinal: 3n, cursor: 0n });
    switches.fails = false;
    expect(await hub.retry("s")).toMatchObject({ ordinal: 3n, cursor: 1n });
    expect((await hub.snapshot("s")).get(LabCounter, "c")?.total).toBe(3n);
    expect(await hub.errors("s")).toMatchObject([{ step: "timeline-projection", ordinal: 2n }]);
  });

  test("fans no UI events out", async () => {
    const switches = broken();
    const hub = new Hub({ features: [labOf(switches)], onError: silent });
    await hub.publish("s", LabCounterAdded, { name: "c" });
    switches.fails = false;
    const fanned: unknown[] = [];
    hub.subscribe(({ events }) => fanned.push(...events));
    await hub.retry("s");
    expect(fanned).toEqual([]);
  });

  test("whose commit fails leaves the session as it was", async () => {
    const switches = broken();
    let fails = false;
    const inner = memoryStore();
    const store = wrapStore(inner, {
      commit: async (batches) => (fails ? batches.map(() => new Error("full")) : inner.commit(batches)),
    });
    const hub = new Hub({ features: [labOf(switches)], store, onError: silent });
    await hub.publish("s", LabCounterAdded, { name: "c", amount: 3n });
    switches.fails = false;
    fails = true;
    await expect(hub.retry("s")).rejects.toThrow("full");
    expect(await hub.session("s")).toMatchObject({ ordinal: 1n, cursor: 0n });
    fails = false;
    expect(await hub.retry("s")).toMatchObject({ ordinal: 1n, cursor: 1n });
    expect((await hub.snapshot("s")).get(LabCounter, "c")?.total).toBe(3n);
  });
});

describe("a retry or rebuild that fails again", () => {
  test("resets no client, and records the same error once", async () => {
    const switches = broken();
    const hub = new Hub({ features: [labOf(switches)], onError: silent });
    await hub.publish("s", LabCounterAdded, { name: "c", amount: 3n });
    const { epoch } = await hub.hydrate("s");
    const resets: unknown[] = [];
    hub.subscribe((batch) => resets.push(batch));
    for (let round = 0; round < 3; round++) {
      expect(await hub.retry("s")).toMatchObject({ ordinal: 1n, cursor: 0n });
      await expect(hub.rebuild("s")).rejects.toThrow();
    }
    expect([resets, (await hub.hydrate("s")).epoch]).toEqual([[], epoch]);
    expect(await hub.errors("s")).toHaveLength(1);
    switches.fails = false;
    expect(await hub.retry("s")).toMatchObject({ ordinal: 1n, cursor: 1n });
    expect(resets).toMatchObject([{ isReset: true }]);
  });

  test("of a session that nobody used creates nothing", async () => {
    const store = memoryStore();
    const hub = new Hub({ features: [labOf()], store });
    expect(await hub.rebuild("never used")).toMatchObject({ ordinal: 0n, cursor: 0n });
    expect(await hub.retry("never used")).toMatchObject({ ordinal: 0n });
    expect([await store.session("never used"), await hub.sessions()]).toEqual([undefined, []]);
  });
});

test.each(places)(
  "after a projection fails at N, no event after N moves the cursor past N, and retry repairs N, on %s",
  async (_, makePlace) => {
    const place = makePlace();
    let isBroken = true;
    const feature = labOf({
      beforeTimeline({ name }) {
        if (isBroken && name === "LabCounterAdded") throw new Error("broken");
      },
    });
    const first = new Hub({ features: [feature], store: place.open(), onError: () => {} });
    await first.publish("s", LabNoteSet, { number: 1, text: "before" });
    await first.publish("s", LabCounterAdded, { name: "c", amount: 7n });
    await first.publish("s", LabNoteSet, { number: 1, text: "after" });
    expect(await first.session("s")).toMatchObject({ ordinal: 3n, cursor: 1n });
    await first.close();
    // Nor does it after a restart.
    const second = new Hub({ features: [feature], store: place.open(), onError: () => {} });
    await second.publish("s", LabNoteSet, { number: 2, text: "later" });
    expect(await second.session("s")).toMatchObject({ ordinal: 4n, cursor: 1n });
    isBroken = false;
    expect(await second.retry("s")).toMatchObject({ ordinal: 4n, cursor: 4n });
    const snapshot = await second.snapshot("s");
    expect([snapshot.get(LabCounter, "c")?.total, snapshot.list(LabNote).map(({ text }) => text)]).toEqual([
      7n,
      ["after", "later"],
    ]);
    await second.close();
  },
);
