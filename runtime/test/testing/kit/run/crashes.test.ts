import { memoryStore } from "@sessionstream/runtime";
import { atEachAwait, type Crash, effect, given } from "@sessionstream/runtime/testing";
import { describe, expect, test } from "vitest";
import {
  LabMeasure,
  LabNote,
  LabNoteAppended,
  LabNoteSet,
  LabSweep,
  LabWork,
} from "../../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { filePlace, newFile } from "../../../../../test/fixtures/stores.js";
import { failureOf, lab, type MeasureContext, note, set } from "./lab.js";

/** Does one thing of each kind. */
async function everything(context: MeasureContext): Promise<void> {
  const { publish, decide, start, coalesce, waitFor, waitForRun, sleepUntil, session } = context;
  await publish(LabNoteAppended, { number: 1, text: "a" }, { key: "a" });
  await decide((view) => (view.get(LabNote, 1)?.text === "a" ? [note("b")] : []));
  await start(LabSweep, {}, { id: "child" });
  const write = coalesce(LabNoteSet, (_, later) => later);
  if (session.timeline.get(LabNote, 2) === undefined) await write({ number: 2, text: "c" });
  await waitFor(LabNote, 1, ({ text }) => text === "ab");
  await waitForRun("child");
  await sleepUntil(0);
  await session.cancelRun("nobody");
}

describe("atEachAwait", () => {
  test("lets a process die on both sides of each await, and before the end", async () => {
    const died: unknown[] = [];
    await atEachAwait(async (crash) => {
      const { runs } = await given(lab({ measure: { run: everything }, sweep: {} }), [], { crash })
        .whenStarted(LabMeasure, {}, { id: "r" })
        .published([note("a"), note("b"), set(2, "c")])
        .showing([LabNote.put({ number: 1, text: "ab" }), LabNote.put({ number: 2, text: "c" })])
        .ended("completed")
        .repeated([]);
      const { before, after } = crash as { before?: number; after?: number };
      const { kind, names } = (crash as { struck?: { kind: string; names: string[] } }).struck ?? { kind: "no" };
      died.push([before === undefined ? `after ${after}` : `before ${before}`, kind, ...(names ?? [])].join(" "));
      expect(runs.map(({ id, attempt }) => `${id} ${attempt}`)[0]).toBe(kind === "no" ? "r 1" : "r 2");
    });
    expect(died).toContain("before 1 publish LabNoteAppended");
    expect(died).toContain("after 1 publish LabNoteAppended");
    expect(died).toContain("before 4 coalesce LabNoteSet");
    expect(died.map((each) => `${each}`.split(" ")[2])).toEqual(
      expect.arrayContaining(["decide", "start", "waitFor", "waitForRun", "sleepUntil", "cancelRun", "end", "no"]),
    );
    expect(died.at(-1)).toMatch(/^before \d+ no$/);
  }, 30_000);

  test("goes on in the same step, and in later ones", async () => {
    let times = 0;
    const feature = lab({
      work: ({ publish }) => void publish(LabNoteSet, { number: 7, text: "yes" }),
      measure: {
        async run({ waitFor, publish }) {
          await publish(LabNoteAppended, { number: 1, text: "asked" }, { key: "asked" });
          await waitFor(LabNote, 7);
          await publish(LabNoteAppended, { number: 1, text: " answered" }, { key: "answered" });
        },
      },
    });
    await atEachAwait((crash) => {
      times++;
      return given(feature, [], { crash })
        .whenStarted(LabMeasure, {})
        .showing([LabNote.put({ number: 1, text: "asked" })])
        .when(LabWork, {})
        .showing([LabNote.put({ number: 1, text: "asked answered" })])
        .ended("completed");
    });
    // Three awaits, the end twice, and once without.
    expect(times).toBe(3 * 2 + 2 + 1);
  });

  test("says where the process died when the test fails", async () => {
    const feature = lab({
      measure: { run: async ({ publish }) => void (await publish(LabNoteAppended, { number: 1, text: "a" })) },
    });
    const run = (crash: Crash) =>
      given(feature)
        .whenStarted(LabMeasure, {}, { crash })
        .whenTakenOver()
        .showing([LabNote.put({ number: 1, text: "a" })])
        .repeated([]);
    const failure = await atEachAwait(run).then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    expect(failure?.message).toMatch(
      /^its process died after await 1 \(publish LabNoteAppended\): when taken over: the timeline/,
    );
    expect(failure?.stack).toContain("its process died after await 1");
    expect(failure?.stack).toContain("crashes.test.ts");
    await expect(atEachAwait(async () => {})).rejects.toThrow("hand `crash` to given()");
    const missed = { after: 1, of: LabSweep } as const;
    await expect(atEachAwait(() => run(missed))).rejects.toThrow("no run came to the crash after await 1");
    await expect(atEachAwait(() => run({ after: "waitFor" }))).rejects.toThrow(
      /^when LabMeasure started: it came to rest/,
    );
  });
});

describe("a crash", () => {
  const feature = lab({
    measure: {
      async run({ publish, attempt }) {
        await publish([note("a"), set(2, "x")]);
        await publish(LabNoteAppended, { number: 1, text: `${attempt}` });
        await publish(LabNoteSet, { number: 2, text: "y" });
      },
    },
  });

  test.each<[string, Crash, string[]]>([
    ["the first await, before", { before: 1 }, []],
    ["the first await, after", { after: 1 }, ["a", "x"]],
    ["the second await", { before: 2 }, ["a", "x"]],
    ["the second publish", { after: "publish", nth: 2 }, ["a", "x", "1"]],
    ["an event", { after: LabNoteSet }, ["a", "x"]],
    ["the second of an event", { before: LabNoteSet, nth: 2 }, ["a", "x", "1"]],
    ["the end", { before: "end" }, ["a", "x", "1", "y"]],
    ["the run's kind", { after: 1, of: LabMeasure }, ["a", "x"]],
    ["the run's id", { after: 2, of: "r" }, ["a", "x", "1"]],
  ])("is chosen by %s", async (_, crash, texts) => {
    const { events, runs } = await given(feature).whenStarted(LabMeasure, {}, { id: "r", crash });
    expect(events.map(({ payload }) => (payload as unknown as { text: string }).text)).toEqual(texts);
    expect(runs).toMatchObject([{ attempt: 1, state: "running" }]);
  });

  test("takes all that the process still does, of its run, its handlers and its background work", async () => {
    const did: string[] = [];
    const effects = effect("outside", async (what: string) => void did.push(what));
    const feature = lab({
      async work({ publish, background, session, signal }) {
        background("b", async (aborted) => {
          await new Promise((resolve) => setTimeout(resolve, 20));
          did.push(`background goes on, ${aborted.aborted}`);
          await effects("background");
          await publish(LabNoteAppended, { number: 1, text: "background" });
          did.push("never");
        });
        await publish([LabMeasure.start({}, { id: "r" })]);
        await new Promise((resolve) => setTimeout(resolve, 20));
        did.push(`handler goes on, ${signal.aborted}`);
        await session.cancelRun("r");
        did.push("never");
      },
      measure: {
        async run({ publish, attempt, signal }) {
          if (attempt === 2) return void (await new Promise((resolve) => setTimeout(resolve, 40)));
          void publish(LabNoteAppended, { number: 1, text: "not waited for" });
          const lost = publish(LabNoteAppended, { number: 1, text: "x" }).finally(() => did.push("never"));
          setTimeout(() => did.push(`run goes on, ${signal.aborted}`), 20);
          await lost;
        },
      },
    });
    await given(feature)
      .when(LabWork, {}, { crash: { before: LabNoteAppended, nth: 2 } })
      .published([])
      .whenTakenOver()
      .published([])
      .ended("completed")
      .did([]);
    expect(did.sort()).toEqual(["background goes on, false", "handler goes on, false", "run goes on, false"]);
  });

  test("of a run in a file is taken over from the file", async () => {
    const store = filePlace(newFile()).open();
    await given(feature, [], { store })
      .whenStarted(LabMeasure, {}, { id: "r", crash: { after: 1 } })
      .published([note("a"), set(2, "x")]);
    // Another test goes on with what the dead process left.
    await given(feature, [], { store })
      .whenTakenOver()
      .published([note("a"), set(2, "x"), note("2"), set(2, "y")])
      .ended("completed");
    await store.close();
  });

  test("leaves the keys of a dead process to the next one", () =>
    given(
      lab({
        measure: {
          async run({ publish, attempt }) {
            await publish(LabNoteAppended, { number: 1, text: `${attempt}` }, { key: "once" });
          },
        },
      }),
      [],
      { store: memoryStore() },
    )
      .whenStarted(LabMeasure, {}, { crash: { after: "publish" } })
      .published([note("1")])
      .whenTakenOver()
      .published([])
      .ended("completed"));
});

test("a failure of atEachAwait is an AssertionError still", async () => {
  const feature = lab({
    measure: { run: async ({ publish }) => void (await publish(LabNoteAppended, { number: 1, text: "a" })) },
  });
  const step = given(feature).whenStarted(LabMeasure, {}).published([]);
  expect((await failureOf(step)).code).toBe("ERR_ASSERTION");
});
