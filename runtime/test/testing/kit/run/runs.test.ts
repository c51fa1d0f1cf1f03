import { fakeClock, given } from "@sessionstream/runtime/testing";
import { describe, expect, test } from "vitest";
import {
  LabMeasure,
  LabNote,
  LabNoteAppended,
  LabNoteSet,
  LabSweep,
  LabTold,
  LabWork,
} from "../../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { failureOf, lab, type MeasureContext, note, set } from "./lab.js";

/** Appends its letters one by one, after those that are there. */
async function spell({ input, session, publish }: MeasureContext): Promise<void> {
  for (const letter of input.task.slice(session.timeline.get(LabNote, 1)?.text.length ?? 0)) {
    await publish(LabNoteAppended, { number: 1, text: letter });
  }
}

describe("a run", () => {
  test("is started, goes on after a crash, and ends", () =>
    given(lab({ measure: { run: spell } }), [set(2, "old")])
      .whenStarted(LabMeasure, { task: "abc" }, { crash: { after: 2 } })
      .published([note("a"), note("b")])
      .told([LabTold, LabTold])
      .whenTakenOver()
      .published([note("c")])
      .told([LabTold])
      .showing([LabNote.put({ number: 1, text: "abc" })])
      .ended("completed")
      .repeated([]));

  test("is started by a command, and ends with what its feature decides", async () => {
    const feature = lab({
      work: async ({ publish }) =>
        void (await publish([set(2, "accepted"), LabMeasure.start({ task: "a" }, { id: "r" })])),
      measure: { run: spell, ended: (_view, { outcome }) => [set(2, outcome.status)] },
    });
    const ended = await given(feature)
      .when(LabWork, {})
      .published([set(2, "accepted"), note("a"), set(2, "completed")])
      .ended("completed");
    expect(ended.runs).toMatchObject([{ id: "r", attempt: 1, state: "completed" }]);
    expect(ended.endedRuns).toEqual(["r"]);
  });

  test("has an attempt more for each process that takes it over, also from one that is alive", () =>
    given(
      lab({
        measure: {
          run: async ({ attempt, publish, signal }) => {
            await publish(LabNoteAppended, { number: 1, text: `${attempt}` });
            if (attempt < 3)
              await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
          },
        },
      }),
    )
      .whenStarted(LabMeasure, {}, { until: LabNoteAppended })
      .published([note("1")])
      .whenTakenOver({ until: LabNoteAppended })
      .published([note("2")])
      .whenTakenOver()
      .published([note("3")])
      .ended({ status: "completed" }, LabMeasure));

  test("waits at rest for what a later step brings", () =>
    given(
      lab({
        work: ({ publish, payload: { task } }) => void publish(LabNoteSet, { number: 7, text: task }),
        measure: {
          async run({ waitFor, publish }) {
            const { text } = await waitFor(LabNote, 7, ({ text }) => text !== "no");
            await publish(LabNoteAppended, { number: 1, text });
          },
        },
      }),
    )
      .whenStarted(LabMeasure, {}, { id: "r" })
      .published([])
      .when(LabWork, { task: "no" })
      .published([set(7, "no")])
      .whenTakenOver()
      .published([])
      .when(LabWork, { task: "yes" })
      .published([set(7, "yes"), note("yes")])
      .ended("completed", "r"));

  test("sleeps until the clock is moved, begins not before its time, and waits no longer than it wants", async () => {
    const now = fakeClock(1000);
    const feature = lab({
      measure: {
        async run({ sleepUntil, waitFor, publish }) {
          await sleepUntil(5000);
          await publish(LabNoteAppended, { number: 1, text: "slept" });
          const found = await waitFor(LabNote, 9, () => true, { until: 6000 });
          await publish(LabNoteAppended, { number: 1, text: `${found}` });
        },
      },
    });
    const { runs } = await given(feature, [], { now })
      .whenStarted(LabMeasure, {}, { at: 3000 })
      .published([])
      .whenAdvanced(2000)
      .published([])
      .whenAdvanced(1999)
      .published([])
      .whenTakenOver()
      .published([])
      .whenAdvanced(1)
      .published([note("slept")])
      .whenAdvanced(1000)
      .published([note("undefined")])
      .ended("completed");
    expect(runs).toMatchObject([{ attempt: 2, endedAt: 6000 }]);
    const still = given(feature).whenStarted(LabMeasure, {}).whenAdvanced(1);
    await expect(still)
      .rejects.toMatchObject({ error: undefined })
      .catch(() => {});
    expect((await failureOf(still)).message).toContain("give `given` a fakeClock() as `now`");
  });

  test("is tried again once its pause is over", () =>
    given(
      lab({
        measure: {
          run({ attempt }) {
            if (attempt < 3) throw new Error(`attempt ${attempt}`);
          },
        },
      }),
      [],
      { now: fakeClock(1000) },
    )
      .whenStarted(LabMeasure, {})
      .reported(/attempt 1/)
      .whenAdvanced(10)
      .reported(/attempt 2/)
      .whenAdvanced(10)
      .ended("completed"));

  test("is cancelled by its kind or its id, with those that it started", async () => {
    const feature = lab({
      sweep: {
        async run({ start, waitForRun }) {
          await start(LabMeasure, {}, { id: "child" });
          await waitForRun("child");
        },
      },
      measure: { run: ({ sleepUntil }) => sleepUntil(1e15), ended: () => [set(1, "over")] },
    });
    await given(feature)
      .whenStarted(LabSweep, {}, { id: "parent" })
      .whenCancelled(LabSweep, "enough")
      .published([set(1, "over")])
      .ended({ status: "cancelled", reason: "enough" });
    await given(feature)
      .whenStarted(LabSweep, {})
      .whenCancelled("child")
      .ended("completed", LabSweep)
      .ended("cancelled", "child");
    const none = await failureOf(given(feature).whenStarted(LabSweep, {}).whenCancelled("nobody"));
    expect(none.cause).toMatchObject({ message: 'there is no run "nobody" that has not ended' });
  });

  test("that waits for another goes on when that ends", async () => {
    const order: string[] = [];
    const feature = lab({
      sweep: {
        async run({ start, waitForRun, id, attempt }) {
          await start(LabMeasure, { task: id }, { id: "child" });
          order.push(`${attempt} ${(await waitForRun("child")).status}`);
        },
      },
      measure: { run: async ({ publish }) => void (await publish(LabNoteAppended, { number: 1, text: "x" })) },
    });
    await given(feature)
      .whenStarted(LabSweep, {}, { crash: { before: LabNoteAppended } })
      .published([])
      .whenTakenOver()
      .published([note("x")])
      .ended("completed")
      .repeated([]);
    expect(order).toEqual(["2 completed"]);
  });
});

describe("what is not met", () => {
  test("an outcome is shown beside the runs that there are", async () => {
    const failing = lab({
      sweep: {
        run() {
          throw Object.assign(new Error("no luck"), { code: "LUCK" });
        },
      },
      measure: { run: async ({ waitFor }) => void (await waitFor(LabNote, 5)) },
    });
    await given(failing)
      .whenStarted(LabSweep, {})
      .reported(/no luck/)
      .ended({ status: "failed", message: "no luck", code: "LUCK" });
    const failure = await failureOf(
      given(failing)
        .whenStarted(LabSweep, {}, { id: "r" })
        .reported(/no luck/)
        .ended("completed"),
    );
    expect(failure.message).toContain("when LabSweep started: expected that runs ended");
    expect([failure.expected, failure.actual]).toEqual([
      { status: "completed" },
      [{ run: "LabSweep", id: "r", attempt: 1, status: "failed", message: "no luck", code: "LUCK" }],
    ]);
    const waiting = await failureOf(
      given(failing).whenStarted(LabMeasure, {}, { id: "r" }).ended("completed", LabMeasure),
    );
    expect(waiting.actual).toEqual([
      {
        run: "LabMeasure",
        id: "r",
        attempt: 1,
        state: "waiting",
        waitsFor: { for: "entity", kind: "LabNote", id: "5" },
      },
    ]);
    expect(waiting.stack?.split("\n    at ")[1]).toContain("runs.test.ts");
    // What ended in an earlier step did not end in this one.
    const none = given(failing)
      .whenStarted(LabSweep, {}, { id: "r" })
      .reported(/no luck/)
      .whenTakenOver()
      .ended("failed");
    expect((await failureOf(none)).actual).toEqual([]);
  });

  test("a dead process does nothing until another takes over", async () => {
    const dead = given(lab({ measure: { run: spell } })).whenStarted(
      LabMeasure,
      { task: "a" },
      { crash: { before: 1 } },
    );
    await expect(dead.when(LabWork, {})).rejects.toThrow(
      "when LabWork: the process is dead: chain whenTakenOver() first",
    );
  });

  test("a crash to which no run comes fails the test", async () => {
    const started = given(lab({ measure: { run: spell } })).whenStarted(
      LabMeasure,
      { task: "ab" },
      { crash: { after: "publish", nth: 3 } },
    );
    await expect(started).rejects.toThrow("it came to rest, and no run came to the crash after publish 3");
    const waiting = given(lab({ measure: { run: async ({ waitFor }) => void (await waitFor(LabNote, 5)) } }));
    const crash = { after: LabNote };
    await expect(waiting.whenStarted(LabMeasure, {}, { crash })).rejects.toThrow("the crash after LabNote 1");
    await expect(waiting.whenStarted(LabMeasure, {}, { crash: {} as never })).rejects.toThrow("got neither");
  });
});
