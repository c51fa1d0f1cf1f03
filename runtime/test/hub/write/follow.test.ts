import type { ErrorReport, UiBatch } from "@sessionstream/runtime";
import { failingStore } from "@sessionstream/runtime/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  LabCounter,
  LabCounterAdded,
  LabNote,
  LabNoteAppended,
  LabTrace,
} from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import type { LabSwitches } from "../../../../test/fixtures/lab.js";
import { places, wrapStore } from "../../../../test/fixtures/stores.js";
import { until } from "../../../../test/fixtures/until.js";
import { watched } from "../watched.js";

describe.each(places)("what a follower hears of two hubs on one store, on %s", (_, makePlace) => {
  /** A hub that publishes, and one with a follower. */
  async function twoHubs(switches: LabSwitches = {}) {
    const place = makePlace();
    const [far, near] = [failingStore(place.open()), failingStore(place.open())];
    const there = watched({ store: far });
    const here = watched({ store: near, switches });
    const heard: UiBatch[] = [];
    const unfollow = here.hub.follow("s", (batch) => heard.push(batch));
    await here.hub.hydrate("s");
    onTestFinished(async () => {
      await Promise.all([there.hub.close(), here.hub.close()]);
    });
    return { there, here, near, far, heard, unfollow };
  }

  const ordinals = (heard: readonly UiBatch[]) => heard.map(({ ordinal, isReset }) => (isReset ? "reset" : ordinal));
  const add = { name: "c", amount: 1n };

  test("what the other one publishes, event by event, as if it were its own", async () => {
    const { there, here, heard } = await twoHubs();
    await there.hub.publish("s", LabCounterAdded, add);
    await there.hub.publish("s", [LabNoteAppended.of({ number: 1, text: "a" }), LabTrace.of({ text: "t" })]);
    await until(() => heard.length === 3, "all three are there");
    expect(heard).toEqual(there.fanned);
    expect((await here.hub.timeline("s")).get(LabCounter, "c")?.total).toBe(1n);
    expect(here.reports).toEqual([]);
  });

  test("what both publish at once, in one order, each once, whoever's commits came too late", async () => {
    const { there, here, heard } = await twoHubs();
    const elsewhere: UiBatch[] = [];
    there.hub.follow("s", (batch) => elsewhere.push(batch));
    await there.hub.hydrate("s");
    const hubs = [there.hub, here.hub];
    await Promise.all(
      Array.from({ length: 40 }, (_, number) =>
        hubs[number % 2]?.publish("s", LabNoteAppended, { number: 1, text: `${number};` }),
      ),
    );
    await until(() => heard.length === 40 && elsewhere.length === 40, "both have heard all");
    expect(ordinals(heard)).toEqual(Array.from({ length: 40 }, (_, index) => BigInt(index + 1)));
    expect(heard).toEqual(elsewhere);
    const texts = await Promise.all(hubs.map(async (hub) => (await hub.timeline("s")).get(LabNote, 1)?.text));
    expect(new Set(texts).size).toBe(1);
  });

  test("a conflict does not keep it from what came in between", async () => {
    const { there, here, near, heard } = await twoHubs();
    const held = near.holdNext("commit");
    const late = here.hub.publish("s", LabTrace, { text: "late" });
    await held.reached;
    await there.hub.publish("s", LabTrace, { text: "early" });
    held.release();
    expect(await late).toEqual({ ordinal: 2n });
    expect(ordinals(heard)).toEqual([1n, 2n]);
  });

  test("a reset when the other one repairs the timeline, and then what comes next", async () => {
    const { there, heard } = await twoHubs();
    await there.hub.publish("s", LabCounterAdded, add);
    await until(() => heard.length === 1, "the event is there");
    await there.hub.rebuild("s");
    await until(() => heard.length === 2, "the reset is there");
    await there.hub.publish("s", LabTrace, {});
    await until(() => heard.length === 3, "the next is there");
    expect(ordinals(heard)).toEqual([1n, "reset", 2n]);
  });

  test("a reset when the timeline stops there, and when it goes on", async () => {
    const place = makePlace();
    const switches: LabSwitches = {
      beforeTimeline: () => {
        throw new Error("broken");
      },
    };
    const there = watched({ store: place.open(), switches });
    const here = watched({ store: place.open() });
    const heard: UiBatch[] = [];
    here.hub.follow("s", (batch) => heard.push(batch));
    await here.hub.hydrate("s");
    await there.hub.publish("s", LabCounterAdded, add);
    await until(() => heard.length === 2, "the event and the stop are there");
    const stop = { ordinal: 1n, name: "LabCounterAdded", reason: "failed" };
    expect(await here.hub.session("s")).toMatchObject({ ordinal: 1n, cursor: 0n, stop });
    delete switches.beforeTimeline;
    await there.hub.retry("s");
    await until(() => heard.length === 3, "the repair is there");
    expect(ordinals(heard)).toEqual([1n, "reset", "reset"]);
    expect(await here.hub.session("s")).toMatchObject({ ordinal: 1n, cursor: 1n, stop: undefined });
    await Promise.all([there.hub.close(), here.hub.close()]);
  });

  test("an event once whose commit failed after it was done", async () => {
    const { there, here, near, heard } = await twoHubs();
    near.failNext("commit", { afterEffect: true });
    expect(await here.hub.publish("s", LabCounterAdded, add)).toEqual({ ordinal: 1n });
    await there.hub.publish("s", LabTrace, {});
    await until(() => heard.length === 2, "the next is there");
    expect(ordinals(heard)).toEqual([1n, 2n]);
    expect((await here.hub.timeline("s")).get(LabCounter, "c")?.total).toBe(1n);
    expect(await here.hub.events("s")).toHaveLength(2);
    const failures = here.reports.map(({ step }: ErrorReport) => step);
    expect(failures).toEqual([]);
  });

  test("nothing of an event whose commit failed before it was done", async () => {
    const { there, here, near, heard } = await twoHubs();
    near.failNext("commit");
    await expect(here.hub.publish("s", LabCounterAdded, add)).rejects.toMatchObject({ code: "STORE_FAILED" });
    await there.hub.publish("s", LabTrace, {});
    await until(() => heard.length === 1, "the next is there");
    expect(ordinals(heard)).toEqual([1n]);
    expect((await here.hub.timeline("s")).get(LabCounter, "c")).toBeUndefined();
  });

  test("nothing more once it follows no longer, and nobody watches the store then", async () => {
    let watching = 0;
    const inner = makePlace();
    const counted = wrapStore(inner.open(), {});
    const here = watched({
      store: wrapStore(counted, {
        watch: (listener) => {
          watching++;
          const end = counted.watch(listener);
          return () => {
            watching--;
            end();
          };
        },
      }),
    });
    const there = watched({ store: inner.open() });
    const heard: UiBatch[] = [];
    const ends = [here.hub.follow("s", (batch) => heard.push(batch)), here.hub.follow("t", () => {})];
    await here.hub.hydrate("s");
    expect(watching).toBe(1);
    await there.hub.publish("s", LabTrace, {});
    await until(() => heard.length === 1, "the event is there");
    for (const end of ends) end();
    expect(watching).toBe(0);
    await there.hub.publish("s", LabTrace, {});
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(ordinals(heard)).toEqual([1n]);
    await Promise.all([there.hub.close(), here.hub.close()]);
  });
});
