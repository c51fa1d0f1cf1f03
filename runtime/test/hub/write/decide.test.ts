import type { Hub, Store, TimelineView } from "@sessionstream/runtime";
import { failingStore } from "@sessionstream/runtime/testing";
import { describe, expect, test } from "vitest";
import {
  LabCounter,
  LabCounterAdded,
  LabNote,
  LabNoteSet,
  LabTrace,
} from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { filePlace, newFile, places, wrapStore } from "../../../../test/fixtures/stores.js";
import { Gate, settles } from "../gate.js";
import { hubOf } from "./lab-hub.js";

const taken = new Error("taken");

/** Takes one from the account "seats", which must not go below zero. */
const take = (view: TimelineView) => {
  const left = view.get(LabCounter, "seats")?.total ?? 0n;
  if (left < 1n) throw taken;
  return [LabCounterAdded.of({ name: "seats", amount: -1n })];
};

async function seats(hub: Hub): Promise<bigint | undefined> {
  return (await hub.snapshot("s")).get(LabCounter, "seats")?.total;
}

describe.each(places)("a decision on %s", (_, make) => {
  test("stands on what nothing comes between, however many decide", async () => {
    const { hub, work } = hubOf(async ({ decide }) => void (await decide(take)), make().open());
    await hub.publish("s", LabCounterAdded, { name: "seats", amount: 10n });
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => work()));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(10);
    expect(outcomes.filter((outcome) => outcome.status === "rejected" && outcome.reason === taken)).toHaveLength(90);
    expect([await seats(hub), (await hub.session("s")).ordinal]).toEqual([0n, 11n]);
    await hub.close();
  });

  test("of many events is committed at once, with ordinals that follow each other", async () => {
    const sizes: number[] = [];
    const inner = make().open();
    const store = wrapStore(inner, {
      commit: (batches) => {
        sizes.push(...batches.map(({ events }) => events.length));
        return inner.commit(batches);
      },
    });
    const { hub, work } = hubOf(async ({ decide, publish }) => {
      const before = publish(LabTrace, {});
      const decided = decide(() => Array.from({ length: 300 }, (_, number) => LabNoteSet.of({ number, text: "n" })));
      const after = publish(LabTrace, {});
      expect(await Promise.all([before, decided, after])).toEqual([
        { ordinal: 1n },
        { ordinal: 301n },
        { ordinal: 302n },
      ]);
    }, store);
    expect(await work()).toEqual({ ordinal: 302n });
    expect(sizes).toEqual([301, 1]);
    expect((await hub.snapshot("s")).list(LabNote)).toHaveLength(300);
    await hub.close();
  });

  test("does not see what follows from its own events, nor anything later", async () => {
    let kept: TimelineView | undefined;
    const { hub, work } = hubOf(async ({ decide, session }) => {
      await decide((view) => {
        kept = view;
        const first = LabCounterAdded.of({ name: "a", amount: 1n });
        expect(view.get(LabCounter, "a")).toBeUndefined();
        return [first, LabCounterAdded.of({ name: "a", amount: 2n })];
      });
      expect(session.timeline.get(LabCounter, "a")?.total).toBe(3n);
    }, make().open());
    await work();
    expect(() => kept?.get(LabCounter, "a")).toThrow("read after the decision");
    expect(() => kept?.list(LabCounter)).toThrow("read `session.timeline`");
    await hub.close();
  });

  test("without events says where the session stands, and leaves no trace", async () => {
    const { hub, work } = hubOf(async ({ decide }) => {
      expect(await decide(() => [])).toEqual({ ordinal: 1n });
    }, make().open());
    await hub.publish("s", LabTrace, {});
    expect(await work()).toEqual({ ordinal: 1n });
    expect((await hub.session("s")).ordinal).toBe(1n);
    await hub.close();
  });

  test("under a key is made once", async () => {
    let made = 0;
    const { hub, work } = hubOf(async ({ decide }) => {
      await decide((view) => {
        made++;
        return take(view);
      });
    }, make().open());
    await hub.publish("s", LabCounterAdded, { name: "seats", amount: 5n });
    const outcomes = await Promise.all([work("k"), work("k"), work("k")]);
    expect([outcomes, made, await seats(hub)]).toEqual([Array(3).fill({ ordinal: 2n }), 1, 4n]);
    await hub.close();
  });
});

describe("what a decision cannot stand on", () => {
  test("is a stalled timeline", async () => {
    const { hub, work } = hubOf(async ({ decide }) => void (await decide(take)));
    await hub.publish("s", LabCounterAdded, { name: "seats", amount: 1n });
    await hub.publish("s", LabCounterAdded, { name: "seats", neverFits: true });
    await expect(work()).rejects.toMatchObject({ code: "TIMELINE_STALLED", context: { sessionId: "s", ordinal: 2n } });
    expect((await hub.session("s")).ordinal).toBe(2n);
    await hub.close();
  });

  test.each([
    ["nothing", () => undefined, "a decision returned undefined, want an array of events"],
    ["a promise", async () => [], "a decision returned a promise; decisions are synchronous, want"],
    ["a rejected promise", () => Promise.reject(new Error("no")), "a decision returned a promise"],
    ["an event's payload", () => [{ text: "t" }], "a decision returned an array, want"],
    ["a UI event's maker", () => [LabTrace], "a decision returned an array, want"],
  ])("is a function that returns %s", async (_, decision, message) => {
    const { hub, work } = hubOf(async ({ decide }) => void (await decide(decision as never)));
    const refusal = { code: "INVALID_DECISION", message: expect.stringContaining(message) };
    await expect(work()).rejects.toMatchObject(refusal);
    expect((await hub.session("s")).ordinal).toBe(0n);
    await hub.close();
  });
});

describe("what is not durable yet", () => {
  /** A store whose commits wait for a gate, or fail. */
  function gatedStore() {
    const gates: Gate[] = [];
    const refusals: (Error | undefined)[] = [];
    const inner = places[0]?.[1]().open() as Store;
    const store = wrapStore(inner, {
      async commit(batches) {
        const gate = new Gate();
        gates.push(gate);
        await gate.opened;
        const refusal = refusals.shift();
        return refusal === undefined ? inner.commit(batches) : batches.map(() => refusal);
      },
    });
    return { store, gates, refusals };
  }

  test("is waited for before a rejection is told", async () => {
    const { store, gates } = gatedStore();
    const { hub, work } = hubOf(async ({ decide }) => void (await decide(take)), store);
    const full = hub.publish("s", LabCounterAdded, { name: "seats", amount: 0n });
    const rejected = work();
    expect(await settles(rejected)).toBe(false);
    gates[0]?.open();
    await expect(rejected).rejects.toBe(taken);
    await full;
  });

  test("may be refused, and then the decision is made again", async () => {
    const { store, gates, refusals } = gatedStore();
    let made = 0;
    const { hub, work } = hubOf(async ({ decide }) => {
      await decide((view) => {
        made++;
        if (view.get(LabNote, 1) !== undefined) throw taken;
        return [LabTrace.of({ text: "free" })];
      });
    }, store);
    refusals.push(new Error("the disk is full"));
    const seat = hub.publish("s", LabNoteSet, { number: 1, text: "taken" });
    seat.catch(() => {});
    const decided = work();
    expect(await settles(decided)).toBe(false);
    gates[0]?.open();
    await expect(seat).rejects.toMatchObject({ code: "STORE_FAILED" });
    await settles(decided);
    gates[1]?.open();
    expect([await decided, made]).toEqual([{ ordinal: 1n }, 2]);
  });
});

describe("two hubs on one file", () => {
  test("a handler reads what the other one wrote, however idle its own session is", async () => {
    const place = filePlace(newFile());
    const read: (bigint | undefined)[] = [];
    const a = hubOf(async ({ session }) => {
      read.push(session.timeline.get(LabCounter, "seats")?.total);
    }, place.open());
    const b = hubOf(() => {}, place.open());
    await a.work();
    await b.hub.publish("s", LabCounterAdded, { name: "seats", amount: 7n });
    await a.work();
    expect(read).toEqual([undefined, 7n]);
    await Promise.all([a.hub.close(), b.hub.close()]);
  });

  test("a handler reads what the other one wrote, also while events of its own session are being committed", async () => {
    const place = filePlace(newFile());
    const store = failingStore(place.open());
    const read: (bigint | undefined)[] = [];
    const a = hubOf(async ({ session }) => void read.push(session.timeline.get(LabCounter, "seats")?.total), store);
    const b = hubOf(() => {}, place.open());
    await a.hub.publish("s", LabTrace, {});
    const held = store.holdNext("commit");
    const late = a.hub.publish("s", LabTrace, {});
    await held.reached;
    await b.hub.publish("s", LabCounterAdded, { name: "seats", amount: 7n });
    const reading = a.work();
    expect(await settles(reading)).toBe(false);
    held.release();
    await Promise.all([late, reading]);
    expect(read).toEqual([7n]);
    await Promise.all([a.hub.close(), b.hub.close()]);
  });

  test("what is decided in both is decided on what both wrote", async () => {
    const place = filePlace(newFile());
    const hubs = [0, 1].map(() => hubOf(async ({ decide }) => void (await decide(take)), place.open()));
    await hubs[0]?.hub.publish("s", LabCounterAdded, { name: "seats", amount: 40n });
    const outcomes = await Promise.allSettled(hubs.flatMap(({ work }) => Array.from({ length: 50 }, () => work())));
    const reasons = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
    expect(new Set(reasons)).toEqual(new Set([taken]));
    expect(reasons).toHaveLength(60);
    expect(await seats(hubs[1]?.hub as Hub)).toBe(0n);
    for (const { hub } of hubs) await hub.close();
  });

  test("what is checked first and then published goes wrong, which is what decisions are for", async () => {
    const place = filePlace(newFile());
    const hubs = [0, 1].map(() =>
      hubOf(async ({ session, publish }) => {
        const left = session.timeline.get(LabCounter, "seats")?.total ?? 0n;
        if (left < 1n) throw taken;
        await publish(LabCounterAdded, { name: "seats", amount: -1n });
      }, place.open()),
    );
    await hubs[0]?.hub.publish("s", LabCounterAdded, { name: "seats", amount: 10n });
    await Promise.allSettled(hubs.flatMap(({ work }) => Array.from({ length: 50 }, () => work())));
    expect(await seats(hubs[1]?.hub as Hub)).toBeLessThan(0n);
    for (const { hub } of hubs) await hub.close();
  });
});
