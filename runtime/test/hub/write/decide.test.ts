import { type CommandContext, type DescEvent, Hub, type Store, type TimelineView } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import {
  LabCounter,
  LabCounterAdded,
  LabNote,
  LabNoteDeleted,
  LabNoteSet,
  LabTrace,
  LabWork,
} from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { type LabSwitches, labOf } from "../../../../test/fixtures/lab.js";
import { filePlace, newFile, places, wrapStore } from "../../../../test/fixtures/stores.js";
import { Gate, settles } from "../gate.js";

type Context = CommandContext<typeof LabWork, DescEvent>;

function hubOf(work: (context: Context) => void | Promise<void>, store?: Store, more: LabSwitches = {}) {
  const reports: unknown[] = [];
  const hub = new Hub({
    features: [labOf({ work, ...more })],
    ...(store !== undefined && { store }),
    onError: (report) => reports.push(report),
    onProjectionError: { ui: "fail" },
  });
  return { hub, reports, work: (key?: string) => hub.submit("s", LabWork, {}, key === undefined ? {} : { key }) };
}

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
    await expect(work()).rejects.toMatchObject({ code: "TIMELINE_STALLED", context: { sessionId: "s", ordinal: 1n } });
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

describe("several events that are published together", () => {
  const three = [
    LabNoteSet.of({ number: 1, text: "changed" }),
    LabNoteSet.of({ number: 2, text: "new" }),
    LabNoteDeleted.of({ number: 3 }),
  ];

  async function withNotes(more: LabSwitches = {}) {
    const inMemory: string[][] = [];
    const work = async ({ publish, session }: Context) => {
      await publish(three).finally(() => inMemory.push(session.timeline.list(LabNote).map(({ text }) => text)));
    };
    const made = hubOf(work, undefined, more);
    for (const number of [1, 3]) await made.hub.publish("s", LabNoteSet, { number, text: `note ${number}` });
    const frames: bigint[] = [];
    made.hub.subscribe(({ ordinal }) => frames.push(ordinal));
    return { ...made, frames, inMemory };
  }

  test("follow each other, and the last one's ordinal is told", async () => {
    const { hub, frames, work } = await withNotes();
    expect(await work()).toEqual({ ordinal: 5n });
    expect((await hub.snapshot("s")).list(LabNote).map(({ number, text }) => [number, text])).toEqual([
      [1, "changed"],
      [2, "new"],
    ]);
    expect(frames).toEqual([3n, 4n, 5n]);
    expect(await hub.publish("s", three, { key: "k" })).toEqual({ ordinal: 8n });
    expect(await hub.publish("s", three, { key: "k" })).toEqual({ ordinal: 8n });
    await expect(hub.publish("s", three.slice(1), { key: "k" })).rejects.toMatchObject({ code: "KEY_REUSED" });
    expect(await hub.publish("s", [])).toEqual({ ordinal: 8n });
    await hub.close();
  });

  test.each([1n, 2n, 3n])("are refused together where the UI projection of number %d fails", async (refused) => {
    let isRefusing = true;
    let seen = 0n;
    const { hub, frames, work, reports, inMemory } = await withNotes({
      beforeUi: ({ ordinal }) => {
        if (!isRefusing) return;
        seen = ordinal;
        if (ordinal === 2n + refused) throw new Error("no such note");
      },
    });
    const before = await hub.snapshot("s");
    await expect(work()).rejects.toMatchObject({ code: "PROJECTION_FAILED" });
    expect(seen).toBe(2n + refused);
    isRefusing = false;
    expect((await hub.snapshot("s")).entities).toEqual(before.entities);
    expect([await hub.events("s"), frames]).toMatchObject([{ length: 2 }, []]);
    expect(await hub.session("s")).toMatchObject({ ordinal: 2n, cursor: 2n });
    expect(reports).toMatchObject([{ step: "ui-projection" }]);
    // What was folded of them is undone in memory, too, and what follows is folded right.
    expect(inMemory).toEqual([["note 1", "note 3"]]);
    expect(await hub.publish("s", LabNoteSet, { number: 4, text: "later" })).toEqual({ ordinal: 3n });
    const after = await hub.snapshot("s");
    expect(after.list(LabNote).map(({ text }) => text)).toEqual(["note 1", "note 3", "later"]);
    await hub.rebuild("s");
    expect((await hub.snapshot("s")).entities).toEqual(after.entities);
    await hub.close();
  });

  test("are refused together where one of them is no event", async () => {
    const { hub, work } = hubOf(async ({ publish }) => void (await publish([three[0], { number: 5 }] as never)));
    await expect(work()).rejects.toMatchObject({ code: "PAYLOAD_TYPE_MISMATCH" });
    expect(() => LabNoteSet.of({ number: "five" as never })).toThrow("expected");
    expect((await hub.session("s")).ordinal).toBe(0n);
    await hub.close();
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
