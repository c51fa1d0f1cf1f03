import { setImmediate } from "node:timers/promises";
import { type BackendEvent, Hub, memoryStore } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import {
  LabCounter,
  LabCounterAdded,
  LabNote,
  LabNoteAppended,
  LabTrace,
  LabWork,
} from "../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { type LabSwitches, labOf } from "../../../test/fixtures/lab.js";
import { memoryPlace, wrapStore } from "../../../test/fixtures/stores.js";
import { settles } from "./gate.js";

const silent = () => {};

describe("order", () => {
  test("more refused events than a batch holds leave the rest publishable", async () => {
    const switches: LabSwitches = {
      beforeUi({ payload }) {
        if ((payload as { text?: string }).text === "no") throw new Error("no");
      },
    };
    const hub = new Hub({ features: [labOf(switches)], onProjectionError: { ui: "fail" }, onError: silent });
    // All wait for the session to load, and are then ordered at once.
    const refused = Array.from({ length: 300 }, () => hub.publish("s", LabTrace, { text: "no" }));
    const taken = hub.publish("s", LabTrace, { text: "yes" });
    const outcomes = await Promise.allSettled(refused);
    expect(outcomes.every(({ status }) => status === "rejected")).toBe(true);
    expect(await settles(taken)).toBe(true);
    expect(await taken).toEqual({ ordinal: 1n });
  });

  test("more events than a batch holds are all published, in order", async () => {
    const hub = new Hub({ features: [labOf()] });
    const all = await Promise.all(
      Array.from({ length: 1000 }, (_, index) =>
        hub.publish("s", LabCounterAdded, { name: "c", amount: BigInt(index) }),
      ),
    );
    expect(all.map(({ ordinal }) => ordinal)).toEqual(all.map((_, index) => BigInt(index + 1)));
    expect((await hub.snapshot("s")).get(LabCounter, "c")).toMatchObject({ total: 499_500n, times: 1000 });
  });

  test("a projection that publishes, against the rules, does not make two events of one ordinal", async () => {
    const store = memoryStore();
    let second: Promise<unknown> | undefined;
    const hub: Hub = new Hub({
      store,
      features: [
        labOf({
          beforeTimeline({ name }) {
            if (name === "LabCounterAdded") second = hub.publish("s", LabTrace, { text: "from a projection" });
          },
        }),
      ],
    });
    await hub.session("s");
    expect(await hub.publish("s", LabCounterAdded, { name: "c" })).toEqual({ ordinal: 1n });
    expect(await second).toEqual({ ordinal: 2n });
    expect((await store.events("s")).map(({ ordinal }) => ordinal)).toEqual([1n, 2n]);
  });
});

describe("isolation", () => {
  test("an entity that a projection makes unfit after it was put refuses its events, and only those", async () => {
    const hub = new Hub({
      features: [
        {
          ...labOf(),
          timeline({ payload }) {
            const text = (payload as { text?: string }).text ?? "";
            const change = LabNote.put({ number: 1, text });
            if (text === "bad") (change.payload as { number: number }).number = 1.5;
            return [change];
          },
        },
      ],
      onError: silent,
    });
    await hub.session("s");
    const bad = hub.publish("s", LabNoteAppended, { text: "bad" });
    const elsewhere = hub.publish("other", LabNoteAppended, { text: "good" });
    expect(await settles(bad)).toBe(true);
    await expect(bad).rejects.toThrow();
    expect(await elsewhere).toEqual({ ordinal: 1n });
    expect(await hub.publish("s", LabNoteAppended, { text: "good" })).toEqual({ ordinal: 1n });
    expect((await hub.snapshot("s")).get(LabNote, 1)?.text).toBe("good");
  });
});

describe("retry", () => {
  const broken = () => {
    const switches: { fails: boolean } & LabSwitches = {
      fails: true,
      beforeTimeline({ name }: BackendEvent) {
        if (switches.fails && name === "LabCounterAdded") throw new Error("broken");
      },
    };
    return switches;
  };

  test("gets its turn while a stream publishes without a pause", async () => {
    const switches = broken();
    let streaming = true;
    let published = 0;
    switches.work = ({ run, publish }) =>
      run("stream", async () => {
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

  test("of a session that lacks nothing commits nothing", async () => {
    const store = memoryStore();
    const hub = new Hub({ features: [labOf()], store });
    expect(await hub.retry("never used")).toMatchObject({ ordinal: 0n, cursor: 0n });
    expect(await store.session("never used")).toBeUndefined();
    await hub.publish("s", LabTrace, {});
    await hub.retry("s");
    expect(await store.session("s")).toMatchObject({ revision: 1 });
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
    expect(await hub.errors("s")).toMatchObject([
      { step: "timeline-projection", ordinal: 1n },
      { step: "timeline-projection", ordinal: 2n },
    ]);
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
