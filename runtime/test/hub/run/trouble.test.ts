import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { failingStore } from "@sessionstream/runtime/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
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

describe.each(places)("the id of a run that has ended, in %s", (_name, makePlace) => {
  test("starts no other, also where there is no room to begin one", async () => {
    const { hub, reports } = runHub(
      {
        sweep: {
          async run({ id, start, waitForRun, publish }) {
            if (id === "child") return;
            await start(LabSweep, {}, { id: "child" });
            await publish(LabNoteSet, { number: 1, text: (await waitForRun("child")).status });
          },
          ended: (_view, { id, outcome }) => [LabNoteAppended.of({ number: 2, text: ` ${id} ${outcome.status}` })],
        },
      },
      { place: makePlace(), runs: { atOnce: 1 } },
    );
    await hub.start("s", LabSweep, {}, { id: "child" });
    await ended(hub, "child");
    await hub.start("s", LabSweep, {}, { id: "parent" });
    expect(await within(3000, "the parent has ended", ended(hub, "parent"))).toBe("completed");
    expect((await hub.session("s")).runs).toEqual([]);
    await Promise.all([hub.start("s", LabSweep, {}, { id: "child" }), hub.cancelRun("s", "child")]);
    expect(await hub.cancelRun("s", "child")).toBe(false);
    expect((await hub.runs("s")).map(({ id, state }) => `${id} ${state}`)).toEqual([
      "child completed",
      "parent completed",
    ]);
    expect(await texts(hub)).toEqual([" child completed parent completed", "completed"]);
    expect(reports).toEqual([]);
    await hub.close();
  });

  test("starts no other in the same commit, nor while it ends", async () => {
    const ends: string[] = [];
    let begun = 0;
    const { hub } = runHub(
      {
        sweep: {
          run: ({ signal }) => {
            begun++;
            return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
          },
          ended: (_view, { id }) => {
            ends.push(id);
            return [LabNoteAppended.of({ number: 2, text: id })];
          },
        },
      },
      { place: makePlace() },
    );
    await hub.start("s", LabSweep, {}, { id: "warm" });
    const start = () => hub.start("s", LabSweep, {}, { id: "r" });
    await Promise.all([start(), hub.cancelRun("s", "r"), start(), hub.cancelRun("s", "r"), start()]);
    await start();
    await sleep(20);
    expect((await hub.runs("s")).map(({ id, state }) => `${id} ${state}`)).toEqual(["warm running", "r cancelled"]);
    expect((await hub.session("s")).runs.map(({ id }) => id)).toEqual(["warm"]);
    expect(await texts(hub)).toEqual(["r"]);
    expect(begun).toBeLessThan(3);
    await hub.close({ grace: 0 });
  });

  test("starts no other where two hubs start and cancel it again and again", async () => {
    const place = makePlace();
    const runs = {
      sweep: {
        run: () => sleep(1),
        ended: (_view: unknown, { id }: { id: string }) => [LabNoteAppended.of({ number: 1, text: `${id};` })],
      },
    };
    const hubs = [runHub(runs, { place }).hub, runHub(runs, { place }).hub];
    const ids = Array.from({ length: 20 }, (_, index) => `r${index}`);
    for (let round = 0; round < 3; round++) {
      await Promise.all(
        ids.flatMap((id) =>
          hubs.flatMap((hub) => [hub.start("s", LabSweep, {}, { id }), hub.cancelRun("s", id).catch(() => {})]),
        ),
      );
    }
    for (const id of ids) await ended(hubs[0] as never, id);
    const [text = ""] = await texts(hubs[0] as never);
    expect(text.split(";").slice(0, -1).sort()).toEqual(ids.toSorted());
    for (const hub of hubs) expect((await hub.session("s")).runs).toEqual([]);
    for (const hub of hubs) await hub.close();
  });
});

describe("what a run leaves unwaited", () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => void unhandled.push(error);
  beforeEach(() => {
    unhandled.length = 0;
    process.on("unhandledRejection", note);
  });
  afterEach(() => void process.off("unhandledRejection", note));

  test("does not end the process where the run is cancelled", async () => {
    const { hub } = runHub({
      measure: {
        async run({ waitFor, waitForRun, sleepUntil, start, coalesce, publish, signal }) {
          const write = coalesce(LabNoteAppended, (a, b) => ({ ...a, text: a.text + b.text }), { every: 1 });
          void waitFor(LabNote, 9);
          void waitForRun("nobody");
          void sleepUntil(Date.now() + 60_000);
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
          void start(LabSweep, {});
          void publish(LabNoteSet, { number: 1 });
          void write({ number: 1, text: "a" });
          void write({ number: 1, text: "b" });
          void write({ number: 1, text: 5 as never });
        },
      },
      sweep: {},
    });
    await hub.start("s", LabMeasure, {}, { id: "r" });
    await sleep(20);
    await hub.cancelRun("s", "r");
    await sleep(150);
    await hub.close();
    expect(unhandled).toEqual([]);
  });
});

describe("where the store fails", () => {
  test("before the work begins, or while it waits, the run goes on once it does not, and has not failed", async () => {
    const store = failingStore(memoryPlace().open());
    const attempts: number[] = [];
    const { hub } = runHub(
      {
        sweep: {
          async run({ attempt, waitFor, waitForRun, start, sleepUntil }) {
            attempts.push(attempt);
            await waitFor(LabNote, 1);
            await start(LabMeasure, {}, { id: "child" });
            await waitForRun("child");
            await sleepUntil(Date.now() + 10);
          },
        },
        measure: {
          async run() {
            store.failNext("run", { times: 2 });
            await sleep(20);
          },
        },
      },
      { store, runs: { atOnce: 1 } },
    );
    await hub.publish("s", LabCounterAdded, { name: "c" });
    store.failNext("session", { times: 1 });
    await hub.start("s", LabSweep, {}, { id: "r" });
    await expect.poll(() => attempts, { timeout: 5000 }).toEqual([1]);
    await sleep(20);
    store.failNext("commit", { times: 1 });
    await hub.publish("s", LabNoteSet, { number: 1, text: "x" }).catch(() => {});
    await hub.publish("s", LabNoteSet, { number: 1, text: "x" });
    expect(await within(8000, "the run has ended", ended(hub, "r"))).toBe("completed");
    expect(attempts).toEqual([1]);
    await hub.close();
  });

  test.each(["start", "end", "retry", "take"])(
    "at the %s of a run, each ends once, and its decision is there once",
    async (when) => {
      const place = memoryPlace();
      const store = failingStore(place.open());
      let isDown = false;
      const runs = {
        measure: {
          async run({ attempt, signal }: { attempt: number; signal: AbortSignal }) {
            if (when === "take" && attempt === 1)
              await new Promise((resolve) => signal.addEventListener("abort", resolve));
            isDown = when === "end" || when === "retry";
            if (isDown) for (const afterEffect of [true, false, true]) store.failNext("commit", { afterEffect });
            if (when === "retry" && attempt === 1) throw new Error("again");
          },
          ended: (_view: unknown, { outcome }: { outcome: { status: string } }) => [
            LabNoteAppended.of({ number: 1, text: outcome.status }),
          ],
        },
      };
      if (when === "take") {
        const first = runHub(runs, { place });
        await first.hub.start("s", LabMeasure, {}, { id: "r" });
        await first.hub.close({ grace: 0 });
      }
      const { hub } = runHub(runs, { store, lease: 400 });
      if (when === "take") for (const afterEffect of [false, true]) store.failNext("commit", { afterEffect });
      if (when === "start") store.failNext("commit", { afterEffect: true });
      if (when !== "take") await hub.start("s", LabMeasure, {}, { id: "r" });
      expect(await within(9000, "the run has ended", ended(hub, "r"))).toBe("completed");
      expect(await texts(hub)).toEqual(["completed"]);
      expect((await hub.session("s")).runs).toEqual([]);
      await hub.close();
    },
    15_000,
  );
});

describe("what a run holds of merged events", () => {
  test("is published before its failure ends it, and nothing of it is reported as refused", async () => {
    const { hub, reports } = runHub({
      sweep: {},
      measure: {
        async run({ coalesce, attempt }) {
          const write = coalesce(LabNoteAppended, (a, b) => ({ ...a, text: a.text + b.text }));
          await write({ number: 1, text: `${attempt}` });
          throw new Error("no luck");
        },
        ended: (_view, { outcome }) => [LabNoteAppended.of({ number: 1, text: outcome.status })],
      },
    });
    await hub.start("s", LabMeasure, {}, { id: "r" });
    expect(await ended(hub, "r")).toBe("failed");
    await sleep(150);
    expect(await texts(hub)).toEqual(["123failed"]);
    expect(reports.map(({ error }) => (error as Error).message)).toEqual(["no luck", "no luck", "no luck"]);
    await hub.close();
  });

  test("is forgotten where it is cancelled", async () => {
    const { hub, reports } = runHub({
      measure: {
        async run({ coalesce, signal }) {
          const write = coalesce(LabNoteAppended, (a, b) => ({ ...a, text: a.text + b.text }));
          await write({ number: 1, text: "held" });
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
        },
      },
    });
    await hub.start("s", LabMeasure, {}, { id: "r" });
    await sleep(10);
    await hub.cancelRun("s", "r");
    await sleep(150);
    expect(await texts(hub)).toEqual([]);
    expect(reports).toEqual([]);
    await hub.close();
  });
});

describe.each(places)("ids that were used, in %s", (_name, makePlace) => {
  test("may be many at once", async () => {
    const { hub, reports } = runHub({ sweep: {} }, { place: makePlace() });
    const ids = Array.from({ length: 150 }, (_, index) => `r${index}`);
    const start = () => Promise.all(ids.map((id) => hub.start("s", LabSweep, {}, { id })));
    await start();
    await expect.poll(() => hub.runs("s", { isOpen: true }), { timeout: 10_000 }).toEqual([]);
    await start();
    expect(await hub.runs("s")).toHaveLength(150);
    expect((await hub.session("s")).runs).toEqual([]);
    expect(reports).toEqual([]);
    await hub.close();
  });

  test("may be started again while others are", async () => {
    const { hub } = runHub({ sweep: {} }, { place: makePlace() });
    const start = (id: string) => hub.start("s", LabSweep, {}, { id });
    await Promise.all(["a", "b", "c"].map(start));
    await expect.poll(() => hub.runs("s", { isOpen: true })).toEqual([]);
    for (let turns = 0; turns < 8; turns++) {
      const going = [start(`new${turns}`), start("a")];
      for (const id of ["b", "c"]) {
        for (let turn = 0; turn < turns; turn++) await nextTurn();
        going.push(start(id));
      }
      await Promise.all(going);
    }
    expect(await hub.runs("s")).toHaveLength(11);
    await hub.close();
  });

  test("are free again where their start was refused with their end", async () => {
    const store = failingStore(makePlace().open());
    const { hub } = runHub({ sweep: { run: () => sleep(20) } }, { store });
    await hub.start("s", LabSweep, {}, { id: "other" });
    await hub.waitIdle("s");
    store.failNext("commit");
    const start = () => hub.start("s", LabSweep, {}, { id: "r" });
    const told = await Promise.allSettled([start(), hub.cancelRun("s", "r")]);
    expect(told.map(({ status }) => status)).toContain("rejected");
    await start();
    expect((await hub.runs("s")).map(({ id }) => id)).toEqual(["other", "r"]);
    await hub.close();
  });
});
