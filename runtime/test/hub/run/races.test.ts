import { setTimeout as sleep } from "node:timers/promises";
import { failingStore } from "@sessionstream/runtime/testing";
import { describe, expect, test } from "vitest";
import {
  LabCounterAdded,
  LabMeasure,
  LabNote,
  LabNoteSet,
  LabSweep,
} from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { places } from "../../../../test/fixtures/stores.js";
import { within } from "../../../../test/fixtures/until.js";
import { ended, runHub } from "./run-hub.js";

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));

describe.each(places)("runs that are given up in %s", (_name, makePlace) => {
  test("are taken by a hub that has their session in memory, also where its clients follow it", async () => {
    const place = makePlace();
    const first = runHub({ sweep: { run: ({ signal }) => untilAborted(signal) } }, { place });
    await first.hub.start("s", LabSweep, {}, { id: "r" });
    const second = runHub({ sweep: {} }, { place });
    const unfollow = second.hub.follow("s", () => {});
    expect((await second.hub.session("s")).runs).toMatchObject([{ id: "r", state: "running" }]);
    // Otherwise the first is the last that committed, and stores its entities when it closes, which moves the session.
    await second.hub.publish("s", LabNoteSet, { number: 1, text: "" });
    await expect.poll(() => first.hub.session("s")).toMatchObject({ ordinal: 1n });
    await first.hub.close();
    expect(await within(3000, "the run has ended", ended(second.hub, "r"))).toBe("completed");
    unfollow();
    await second.hub.close();
  });

  test("are free at once, also where their start was being committed when the hub closed", async () => {
    const place = makePlace();
    const store = failingStore(place.open());
    const first = runHub({ sweep: { run: ({ signal }) => untilAborted(signal) } }, { store });
    const second = runHub({ sweep: {} }, { place });
    const held = store.holdNext("commit");
    const started = first.hub.start("s", LabSweep, {}, { id: "r" });
    await held.reached;
    const closed = first.hub.close();
    await sleep(20);
    held.release();
    await started;
    await closed;
    expect(await within(2000, "the run has ended", ended(second.hub, "r"))).toBe("completed");
    await second.hub.close();
  });
});

describe("the slots of runs", () => {
  test("are given back by runs that wait for several things at once", async () => {
    const { hub } = runHub(
      {
        sweep: {
          async run({ sleepUntil, waitFor, start, waitForRun }) {
            await Promise.all([1, 2, 3].map((after) => sleepUntil(Date.now() + after)));
            await Promise.race([sleepUntil(Date.now() + 5), waitFor(LabNote, 1)]);
            await start(LabMeasure, {}, { id: "m" });
            await waitForRun("m");
          },
        },
        measure: { run: async ({ publish }) => void (await publish(LabNoteSet, { number: 1, text: "there" })) },
      },
      { runs: { atOnce: 1 } },
    );
    await hub.start("s", LabSweep, {}, { id: "r" });
    expect(await within(3000, "the run has ended", ended(hub, "r"))).toBe("completed");
    await hub.start("s", LabSweep, {}, { id: "later" });
    expect(await within(3000, "the next has ended", ended(hub, "later"))).toBe("completed");
    await hub.close();
  });

  test("are given back by runs that are cancelled in one commit", async () => {
    const begun: string[] = [];
    const { hub } = runHub(
      {
        sweep: {
          async run({ id, signal }) {
            begun.push(id);
            if (id !== "c") await untilAborted(signal);
          },
        },
      },
      { runs: { atOnce: 1 } },
    );
    await hub.publish(
      "s",
      ["a", "b"].map((id) => LabSweep.start({}, { id })),
    );
    await Promise.all(["a", "b"].map((id) => hub.cancelRun("s", id)));
    await hub.start("s", LabSweep, {}, { id: "c" });
    expect(await within(3000, "the third has ended", ended(hub, "c"))).toBe("completed");
    expect(begun).toEqual(["a", "c"]);
    await hub.close();
  });

  test("are not held by runs that returned and cannot end, as their timeline stands", async () => {
    const { hub } = runHub(
      { measure: { run: ({ publish }) => void publish(LabCounterAdded, { neverFits: true }) }, sweep: {} },
      { runs: { atOnce: 1 } },
    );
    await hub.start("broken", LabMeasure, {}, { id: "r" });
    await expect.poll(() => hub.session("broken")).toMatchObject({ ordinal: 1n, cursor: 0n });
    await hub.start("s", LabSweep, {}, { id: "other" });
    expect(await within(3000, "the other has ended", ended(hub, "other"))).toBe("completed");
    expect(await hub.runs("broken")).toMatchObject([{ id: "r", state: "running" }]);
    await hub.close();
  });
});
