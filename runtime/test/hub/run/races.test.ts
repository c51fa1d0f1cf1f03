import { setTimeout as sleep } from "node:timers/promises";
import { failingStore } from "@sessionstream/runtime/testing";
import { describe, expect, test } from "vitest";
import { LabNoteSet, LabSweep } from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
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
