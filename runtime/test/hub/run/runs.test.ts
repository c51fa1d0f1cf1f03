import { describe, expect, test } from "vitest";
import {
  LabMeasure,
  LabNote,
  LabNoteAppended,
  LabNoteSet,
  LabSweep,
  LabTrace,
  LabWork,
} from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { places } from "../../../../test/fixtures/stores.js";
import { Gate } from "../gate.js";
import { ended, type MeasureContext, runHub, texts } from "./run-hub.js";

const set = (number: number, text: string) => LabNoteSet.of({ number, text });

describe.each(places)("a run in %s", (_name, makePlace) => {
  test("begins with what it is committed with, publishes, and ends with what its feature decides", async () => {
    const { hub, reports } = runHub(
      {
        measure: {
          async run({ input, publish, attempt, id }) {
            await publish(LabNoteAppended, { number: 1, text: ` ${input.task} ${attempt} ${id}` });
          },
          ended: (view, { outcome, input }) => [
            set(2, `${outcome.status} ${input.task}: ${view.get(LabNote, 1)?.text}`),
          ],
        },
      },
      {
        place: makePlace(),
        work: async ({ publish }) =>
          void (await publish([set(1, "accepted"), LabMeasure.start({ task: "length" }, { id: "r" })])),
      },
    );
    expect((await hub.submit("s", LabWork, {})).ordinal).toBe(1n);
    await hub.waitIdle("s");
    expect(await texts(hub)).toEqual(["accepted length 1 r", "completed length: accepted length 1 r"]);
    expect(await hub.runs("s")).toMatchObject([
      {
        id: "r",
        name: "LabMeasure",
        state: "completed",
        input: { task: "length" },
        attempt: 1,
        startedBy: { command: "LabWork", cause: 1n },
        waitsFor: undefined,
        outcome: { status: "completed" },
      },
    ]);
    expect((await hub.events("s")).map(({ meta }) => [meta.run, meta.command, meta.cause])).toEqual([
      [undefined, "LabWork", undefined],
      ["r", "LabWork", 1n],
      ["r", "LabWork", 1n],
    ]);
    expect((await hub.session("s")).runs).toEqual([]);
    expect(reports).toEqual([]);
    await hub.close();
  });

  test("starts once under its id, also after it ended and at another process", async () => {
    let begun = 0;
    const place = makePlace();
    const runs = { sweep: { run: () => void begun++ } };
    const { hub, reports } = runHub(runs, { place });
    const other = runHub(runs, { place });
    expect(await hub.start("s", LabSweep, {}, { id: "once" })).toEqual({ id: "once" });
    await Promise.all([
      hub.start("s", LabSweep, {}, { id: "once" }),
      other.hub.start("s", LabSweep, {}, { id: "once" }),
    ]);
    expect(await ended(hub, "once")).toBe("completed");
    await other.hub.start("s", LabSweep, {}, { id: "once" });
    await hub.start("s", LabSweep, { task: "other" }, { id: "once" });
    await hub.publish("s", [LabTrace.of({}), LabSweep.start({}, { id: "once" })]);
    await hub.waitIdle("s");
    await other.hub.waitIdle("s");
    expect(begun).toBe(1);
    expect(await hub.runs("s")).toHaveLength(1);
    expect((await hub.session("s")).runs).toEqual([]);
    expect([...reports, ...other.reports]).toEqual([]);
    await other.hub.close();
    await hub.close();
  });

  test("is started by a decision, and not where an event beside it is refused", async () => {
    const { hub } = runHub(
      { sweep: {} },
      {
        place: makePlace(),
        onProjectionError: { ui: "fail" },
        work: async ({ payload: { task }, decide }) =>
          void (await decide((view) => {
            if (task === "bad") return [set(1, "x"), LabSweep.start({}), LabTrace.of({ text: 5 as never })];
            return view.get(LabNote, 1) === undefined ? [LabSweep.start({}, { id: "decided" })] : [];
          })),
      },
    );
    await expect(hub.submit("s", LabWork, { task: "bad" })).rejects.toMatchObject({ code: "INVALID_PAYLOAD" });
    expect(await hub.runs("s")).toEqual([]);
    expect((await hub.submit("s", LabWork, {})).ordinal).toBe(0n);
    expect(await ended(hub, "decided")).toBe("completed");
    await hub.close();
  });

  test("is tried again after a failure, with a pause, and then fails for good", async () => {
    const attempts: number[] = [];
    const { hub, reports } = runHub(
      {
        measure: {
          async run({ attempt, publish, input }) {
            attempts.push(attempt);
            await publish(LabNoteAppended, { number: 1, text: `${attempt}` });
            if (input.task === "never" || attempt < 3) throw Object.assign(new Error("no luck"), { code: "LUCK" });
          },
          ended: (_view, { outcome }) => [set(2, outcome.status)],
        },
      },
      { place: makePlace() },
    );
    await hub.start("s", LabMeasure, {}, { id: "third" });
    expect(await ended(hub, "third")).toBe("completed");
    expect(attempts).toEqual([1, 2, 3]);
    expect(await texts(hub)).toEqual(["123", "completed"]);
    await hub.start("s", LabMeasure, { task: "never" }, { id: "never" });
    expect(await ended(hub, "never")).toBe("failed");
    expect((await hub.runs("s")).at(-1)).toMatchObject({
      attempt: 3,
      outcome: { status: "failed", message: "no luck", code: "LUCK" },
    });
    expect(await texts(hub)).toEqual(["123123", "failed"]);
    expect(reports.map(({ step, name }) => `${step} ${name}`)).toEqual(Array(5).fill("run LabMeasure"));
    await hub.close();
  });

  test("that is cancelled ends at once with those that it started, whatever its function does", async () => {
    const { hub, reports } = runHub(
      {
        sweep: {
          async run({ start, waitForRun }) {
            await start(LabMeasure, {}, { id: "child" });
            await start(LabMeasure, {}, { id: "detached", detached: true });
            await waitForRun("child");
          },
          ended: (_view, { id, outcome }) => [set(1, `${id} ${JSON.stringify(outcome)}`)],
        },
        measure: {
          run: () => new Promise(() => {}),
          ended: (_view, { id }) => [set(2, id)],
        },
      },
      { place: makePlace(), work: async ({ session }) => void (await session.cancelRun("parent", "enough")) },
    );
    await hub.start("s", LabSweep, {}, { id: "parent" });
    await expect
      .poll(async () => (await hub.runs("s")).map(({ id, state }) => `${id} ${state}`))
      .toEqual(["parent waiting", "child running", "detached running"]);
    expect((await hub.runs("s"))[0]).toMatchObject({ waitsFor: { for: "run", id: "child" } });
    await hub.submit("s", LabWork, {});
    expect((await hub.runs("s")).map(({ id, state }) => `${id} ${state}`)).toEqual([
      "parent cancelled",
      "child cancelled",
      "detached running",
    ]);
    expect(await texts(hub)).toEqual([`parent {"status":"cancelled","reason":"enough"}`, "child"]);
    expect(await hub.cancelRun("s", "parent")).toBe(false);
    expect(await hub.cancelRun("s", "nobody")).toBe(false);
    expect(await hub.cancelRun("s", "detached")).toBe(true);
    expect(reports).toEqual([]);
    await hub.close({ grace: 0 });
  });

  test("hears of a cancellation by its signal, and publishes no more", async () => {
    const told: unknown[] = [];
    const { hub } = runHub(
      {
        measure: {
          async run({ publish, signal }) {
            await publish(LabNoteAppended, { number: 1, text: "a" });
            await new Promise((resolve) => signal.addEventListener("abort", resolve));
            told.push(
              signal.reason.code,
              await publish(LabNoteAppended, { number: 1, text: "b" }).catch((e) => e.code),
            );
          },
        },
      },
      { place: makePlace() },
    );
    await hub.start("s", LabMeasure, {}, { id: "r" });
    await expect.poll(() => texts(hub)).toEqual(["a"]);
    await hub.cancelRun("s", "r");
    await expect.poll(() => told).toEqual(["RUN_CANCELLED", "RUN_LOST"]);
    expect(await texts(hub)).toEqual(["a"]);
    await hub.close();
  });

  test("publishes once under a key, whichever attempt it is", async () => {
    const { hub, reports } = runHub(
      {
        measure: {
          async run({ attempt, publish }) {
            const { ordinal } = await publish(LabNoteAppended, { number: 1, text: `once ${attempt}` }, { key: "k" });
            await publish([LabNoteAppended.of({ number: 1, text: "," }), LabSweep.start({})], { key: "l" });
            expect(ordinal).toBe(1n);
            if (attempt === 1) throw new Error("again");
          },
        },
      },
      { place: makePlace() },
    );
    await hub.start("s", LabMeasure, {}, { id: "r" });
    expect(await ended(hub, "r")).toBe("completed");
    expect(await texts(hub)).toEqual(["once 1,"]);
    expect(await hub.runs("s")).toHaveLength(2);
    expect(reports).toHaveLength(1);
    await hub.close();
  });

  test("begins not before its time", async () => {
    let time = 1000;
    const { hub } = runHub({ sweep: {} }, { place: makePlace(), now: () => time, lease: 400 });
    await hub.start("s", LabSweep, {}, { id: "later", at: 2000 });
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(await hub.runs("s")).toMatchObject([{ state: "queued", at: 2000, attempt: 0, owner: undefined }]);
    time = 2000;
    expect(await ended(hub, "later")).toBe("completed");
    await hub.close();
  });

  test("ends though its decision fails, which is reported", async () => {
    const { hub, reports } = runHub(
      {
        sweep: {
          ended: () => {
            throw new Error("no end");
          },
        },
      },
      { place: makePlace() },
    );
    await hub.start("s", LabSweep, {}, { id: "r" });
    expect(await ended(hub, "r")).toBe("completed");
    expect(reports).toMatchObject([{ step: "run", name: "LabSweep", error: { message: "no end" } }]);
    await hub.close();
  });
});

describe("how many runs work at once", () => {
  test("is bounded; those that wait do not count, and a parent can wait for its child with a bound of one", async () => {
    const order: string[] = [];
    const { hub } = runHub(
      {
        sweep: {
          async run({ start, waitForRun, id }) {
            order.push(`${id} begins`);
            await start(LabMeasure, {}, { id: `${id}'s` });
            const { status } = await waitForRun(`${id}'s`);
            order.push(`${id} goes on: ${status}`);
          },
        },
        measure: { run: async ({ id }) => void order.push(id) },
      },
      { runs: { atOnce: 1 } },
    );
    await Promise.all(["a", "b"].map((id) => hub.start("s", LabSweep, {}, { id })));
    for (const id of ["a", "b"]) expect(await ended(hub, id)).toBe("completed");
    expect(order.filter((each) => each.endsWith("completed"))).toHaveLength(2);
    expect(order.indexOf("a's")).toBeLessThan(order.indexOf("a goes on: completed"));
    await hub.close();
  });

  test("never exceeds the bound, and all are done", async () => {
    let now = 0;
    let most = 0;
    let done = 0;
    const { hub } = runHub(
      {
        sweep: {
          async run() {
            most = Math.max(most, ++now);
            await new Promise((resolve) => setTimeout(resolve, 1));
            now--;
            done++;
          },
        },
      },
      { runs: { atOnce: 4 } },
    );
    await Promise.all(Array.from({ length: 100 }, (_, index) => hub.start(`s${index % 7}`, LabSweep, {})));
    await expect.poll(() => done, { timeout: 10_000 }).toBe(100);
    expect(most).toBe(4);
    await hub.close();
  });
});

describe("closing", () => {
  test("gives runs up at once, and another hub goes on with them", async () => {
    const { hub, place, reports } = runHub({
      measure: {
        async run({ publish, signal }: MeasureContext) {
          await publish(LabNoteAppended, { number: 1, text: "one" });
          await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
        },
      },
    });
    await hub.start("s", LabMeasure, {}, { id: "r" });
    await expect.poll(() => texts(hub)).toEqual(["one"]);
    const second = runHub(
      {
        measure: {
          run: async ({ publish, attempt }) =>
            void (await publish(LabNoteAppended, { number: 1, text: ` two ${attempt}` })),
        },
      },
      { place },
    );
    await hub.close();
    expect(await ended(second.hub, "r")).toBe("completed");
    expect(await texts(second.hub)).toEqual(["one two 2"]);
    expect([...reports, ...second.reports]).toEqual([]);
    await second.hub.close();
  });

  test("waits for a function that ends, and reports one that does not", async () => {
    const gate = new Gate();
    const { hub, reports } = runHub({
      sweep: { run: () => new Promise(() => {}) },
      measure: { run: () => gate.opened },
    });
    await hub.start("s", LabSweep, {});
    await hub.start("s", LabMeasure, {});
    await new Promise((resolve) => setTimeout(resolve, 20));
    const closed = hub.close({ grace: 50 });
    gate.open();
    await closed;
    expect(reports).toMatchObject([{ step: "run", name: "LabSweep", error: { code: "CLOSE_TIMEOUT" } }]);
  });
});
