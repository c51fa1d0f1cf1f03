import { Hub } from "@sessionstream/runtime";
import { failingStore } from "@sessionstream/runtime/testing";
import { expect, test } from "vitest";
import {
  LabMeasure,
  LabNoteAppended,
  LabNoteSet,
  LabSweep,
} from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../../test/fixtures/lab.js";
import { memoryPlace, places } from "../../../../test/fixtures/stores.js";
import { ended, runHub, texts } from "./run-hub.js";

test("a process that leaves runs to others can start and cancel them", async () => {
  const place = memoryPlace();
  const web = new Hub({
    // Without `run`, since it is not given what its runs do.
    features: [labOf()],
    store: place.open(),
  });
  await web.start("s", LabSweep, {}, { id: "left" });
  expect(await web.runs("s")).toMatchObject([{ state: "queued", attempt: 0 }]);
  const worker = runHub({ sweep: { run: () => new Promise(() => {}) } }, { place });
  await expect.poll(async () => (await web.runs("s"))[0]?.state).toBe("running");
  expect(await web.cancelRun("s", "left")).toBe(true);
  expect(await worker.hub.runs("s")).toMatchObject([{ state: "cancelled" }]);
  await worker.hub.close({ grace: 0 });
  await web.close();
});

test("a run that is cancelled ends though what its feature decides fails, which is reported", async () => {
  const { hub, reports } = runHub({
    sweep: {
      run: () => new Promise(() => {}),
      ended: () => {
        throw new Error("no end");
      },
    },
  });
  await hub.start("s", LabSweep, {}, { id: "r" });
  expect(await hub.cancelRun("s", "r")).toBe(true);
  expect(await hub.runs("s")).toMatchObject([{ state: "cancelled" }]);
  expect(reports).toMatchObject([{ step: "run", name: "LabSweep", error: { message: "no end" } }]);
  await hub.close({ grace: 0 });
});

test("a cancel that waits while its session is deleted is refused for that, and reports no failure", async () => {
  const store = failingStore(memoryPlace().open());
  const { hub, reports } = runHub({ sweep: { run: () => new Promise(() => {}) } }, { store });
  await hub.start("s", LabSweep, {}, { id: "r" });
  const held = store.holdNext("commit");
  const rebuilt = hub.rebuild("s").catch(() => {});
  await held.reached;
  const cancelled = hub.cancelRun("s", "r").then(String, ({ code }: { code: string }) => code);
  // It has looked at the store by then, and waits for the lane.
  await new Promise((resolve) => setTimeout(resolve, 10));
  const deleted = hub.delete("s");
  expect(await cancelled).toBe("SESSION_DELETED");
  held.release();
  expect(await deleted).toBe(true);
  await rebuilt;
  expect(reports).toEqual([]);
  await hub.close({ grace: 0 });
});

test.each(places)("a key of starts alone starts them once, on %s", async (_name, makePlace) => {
  const { hub } = runHub(
    {
      measure: {
        async run({ attempt, publish, startedAt }) {
          await publish([LabSweep.start({})], { key: "children" });
          await publish([LabSweep.start({})], { key: "children" });
          await publish(LabNoteAppended, { number: 1, text: `${startedAt} ` });
          if (attempt === 1) throw new Error("again");
        },
      },
      sweep: {},
    },
    { place: makePlace(), now: () => 5 },
  );
  await hub.start("s", LabMeasure, {}, { id: "r" });
  // The clock stands, and so does the pause before the next attempt.
  await expect.poll(() => texts(hub)).toEqual(["5 "]);
  expect((await hub.runs("s")).map(({ name }) => name)).toEqual(["LabMeasure", "LabSweep"]);
  await hub.publish("s", [LabSweep.start({})], { key: "k" });
  await hub.publish("s", [LabSweep.start({})], { key: "k" });
  expect(await hub.runs("s")).toHaveLength(3);
  await hub.close();
});

test("a store that fails is no failure of a run, which is tried again without retries", async () => {
  const place = memoryPlace();
  const store = failingStore(place.open());
  const attempts: number[] = [];
  const { hub, reports } = runHub(
    {
      sweep: {
        async run({ attempt, publish }) {
          attempts.push(attempt);
          if (attempt === 1) store.failNext("commit");
          await publish(LabNoteSet, { number: 1, text: `${attempt}` });
        },
      },
    },
    { place: { open: () => store } },
  );
  await hub.start("s", LabSweep, {}, { id: "r" });
  expect(await ended(hub, "r")).toBe("completed");
  expect(attempts).toEqual([1, 2]);
  expect(await texts(hub)).toEqual(["2"]);
  expect(reports.filter(({ step }) => step === "run")).toHaveLength(1);
  await hub.close();
});
