import { setTimeout as sleep } from "node:timers/promises";
import { failingStore } from "@sessionstream/runtime/testing";
import { describe, expect, test } from "vitest";
import {
  LabCounterAdded,
  LabMeasure,
  LabNote,
  LabNoteAppended,
  LabNoteSet,
  LabSweep,
} from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { memoryPlace, places } from "../../../../test/fixtures/stores.js";
import { within } from "../../../../test/fixtures/until.js";
import { ended, runHub, texts } from "./run-hub.js";

describe.each(places)("many runs of one session, in %s", (_name, makePlace) => {
  test("in two hubs that come in each other's way all end, each once", async () => {
    const place = makePlace();
    const runs = {
      sweep: {
        async run({ publish, id }: { publish: (...given: never[]) => Promise<unknown>; id: string }) {
          for (let count = 0; count < 5; count++)
            await publish(...([LabNoteAppended, { number: 1, text: `${id};` }] as never[]));
        },
        ended: (_view: unknown, { id }: { id: string }) => [LabNoteAppended.of({ number: 2, text: `${id};` })],
      },
    };
    const [one, two] = [runHub(runs, { place }), runHub(runs, { place })];
    const ids = Array.from({ length: 60 }, (_, index) => `r${index}`);
    await Promise.all(ids.map((id, index) => (index % 2 ? one : two).hub.start("s", LabSweep, {}, { id })));
    await expect.poll(() => one.hub.runs("s", { isOpen: true }), { timeout: 15_000 }).toEqual([]);
    const [said = "", told = ""] = await texts(one.hub);
    expect(said.split(";")).toHaveLength(301);
    expect(told.split(";").slice(0, -1).sort()).toEqual(ids.toSorted());
    expect([...one.reports, ...two.reports]).toEqual([]);
    await one.hub.close();
    await two.hub.close();
  });
});

describe("what a run does at once", () => {
  test("may be much: nobody is warned of a leak", async () => {
    const warnings: string[] = [];
    const note = (warning: Error) => void warnings.push(warning.message);
    process.on("warning", note);
    const { hub } = runHub({
      sweep: {
        run: async ({ waitFor, sleepUntil }) => {
          await Promise.all([
            ...Array.from({ length: 30 }, (_, number) => waitFor(LabNote, number + 1)),
            ...Array.from({ length: 30 }, () => sleepUntil(Date.now() + 20)),
          ]);
        },
      },
    });
    await hub.start("s", LabSweep, {}, { id: "r" });
    await sleep(30);
    await Promise.all(Array.from({ length: 30 }, (_, number) => hub.publish("s", LabNoteSet, { number: number + 1 })));
    expect(await ended(hub, "r")).toBe("completed");
    await sleep(10);
    process.off("warning", note);
    expect(warnings).toEqual([]);
    await hub.close();
  });
});

describe("cancelling", () => {
  test("while the end is being committed says that it was going on no more, and ends it once", async () => {
    const store = failingStore(memoryPlace().open());
    const { hub } = runHub(
      { sweep: { ended: (_view, { outcome }) => [LabNoteAppended.of({ number: 1, text: `${outcome.status};` })] } },
      { store },
    );
    await hub.publish("s", LabCounterAdded, { name: "c" });
    await hub.start("s", LabSweep, {}, { id: "r" });
    const held = store.holdNext("commit");
    await held.reached;
    const cancelled = hub.cancelRun("s", "r");
    await sleep(10);
    held.release();
    expect(await cancelled).toBe(false);
    expect((await hub.runs("s"))[0]?.outcome).toEqual({ status: "completed" });
    await hub.close();
  });

  test("where the end then fails, cancels it", async () => {
    const store = failingStore(memoryPlace().open());
    const { hub } = runHub(
      { sweep: { ended: (_view, { outcome }) => [LabNoteAppended.of({ number: 1, text: `${outcome.status};` })] } },
      { store },
    );
    await hub.publish("s", LabCounterAdded, { name: "c" });
    await hub.start("s", LabSweep, {}, { id: "r" });
    const held = store.holdNext("commit");
    await held.reached;
    const cancelled = hub.cancelRun("s", "r");
    await sleep(10);
    held.fail();
    expect(await cancelled).toBe(true);
    expect(await texts(hub)).toContain("cancelled;");
    await hub.close();
  });

  test("where the timeline stands is refused, and the run waits to end until it is mended", async () => {
    let isBroken = true;
    const { hub } = runHub(
      {
        sweep: { run: async ({ waitFor }) => void (await waitFor(LabNote, 1)) },
        measure: { ended: () => [LabNoteAppended.of({ number: 2, text: "end" })] },
      },
      {
        beforeTimeline: ({ name }) => {
          if (isBroken && name === "LabCounterAdded") throw new Error("broken");
        },
      },
    );
    await hub.start("s", LabSweep, {}, { id: "waits" });
    await hub.publish("s", LabCounterAdded, { name: "c" });
    await hub.publish("s", LabNoteSet, { number: 1, text: "there" });
    await hub.start("s", LabMeasure, {}, { id: "ends" });
    await expect(hub.cancelRun("s", "waits")).rejects.toMatchObject({ code: "TIMELINE_STALLED" });
    await sleep(50);
    expect((await hub.runs("s")).map(({ id, state }) => `${id} ${state}`)).toEqual(["waits waiting", "ends running"]);
    isBroken = false;
    await hub.retry("s");
    expect(await within(4000, "both have ended", Promise.all(["waits", "ends"].map((id) => ended(hub, id))))).toEqual([
      "completed",
      "completed",
    ]);
    await hub.close();
  });
});

describe("a wait for what the timeline has", () => {
  test("and that cannot be told where the timeline stands, costs nothing until it is mended", async () => {
    let isBroken = true;
    let looks = 0;
    const { hub } = runHub(
      {
        sweep: {
          run: async ({ waitFor }) => {
            await waitFor(LabNote, 1, () => ++looks > 0);
          },
        },
      },
      {
        beforeTimeline: ({ name }) => {
          if (isBroken && name === "LabCounterAdded") throw new Error("broken");
        },
      },
    );
    await hub.publish("s", LabNoteSet, { number: 1, text: "there" });
    await hub.publish("s", LabCounterAdded, { name: "c" });
    await hub.start("s", LabSweep, {}, { id: "r" });
    await sleep(300);
    expect(looks).toBeLessThan(20);
    isBroken = false;
    await hub.retry("s");
    expect(await within(4000, "it has ended", ended(hub, "r"))).toBe("completed");
    await hub.close();
  });
});

describe("a store that cannot be watched", () => {
  test("keeps no run from its work, and no hub from what comes after", async () => {
    const place = memoryPlace();
    const inner = place.open();
    let failures = 1;
    const store = new Proxy(inner, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (name === "watch" && failures-- > 0) {
          return () => {
            throw new Error("no watch");
          };
        }
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
    const { hub } = runHub({ sweep: {} }, { store });
    await within(2000, "it was started", hub.start("s", LabSweep, {}, { id: "r" }));
    expect(await within(4000, "it has ended", ended(hub, "r"))).toBe("completed");
    await hub.publish("s", LabNoteSet, { number: 1, text: "there" });
    await hub.close();
  });
});
