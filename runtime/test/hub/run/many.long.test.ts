import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { LabNote, LabNoteSet, LabSweep } from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { places } from "../../../../test/fixtures/stores.js";
import { runHub } from "./run-hub.js";

describe.each(places)("many runs of one session, in %s", (_name, makePlace) => {
  test("5,000 of them start, wait and end without holding the event loop", async () => {
    const { hub } = runHub(
      { sweep: { run: async ({ waitFor }) => void (await waitFor(LabNote, 1)) } },
      { place: makePlace() },
    );
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    for (let first = 0; first < 5000; first += 500) {
      const some = Array.from({ length: 500 }, (_, index) => LabSweep.start({}, { id: `r${first + index}` }));
      await hub.publish("s", some);
      await sleep(1);
    }
    await expect.poll(() => hub.session("s").then(({ runs }) => runs.length), { timeout: 20_000 }).toBe(5000);
    await hub.publish("s", LabNoteSet, { number: 1, text: "go" });
    await expect.poll(() => hub.session("s").then(({ runs }) => runs.length), { timeout: 30_000 }).toBe(0);
    clearInterval(timer);
    expect(longest).toBeLessThan(5000);
    await hub.close();
  }, 60_000);
});
