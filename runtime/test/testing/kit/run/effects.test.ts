import { atEachAwait, effect, given } from "@sessionstream/runtime/testing";
import { describe, expect, test } from "vitest";
import {
  LabMeasure,
  LabNote,
  LabNoteAppended,
  LabSweep,
  LabWork,
} from "../../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { failureOf, lab, note, set } from "./lab.js";

const send = effect("send", async (to: string, options: { readonly count: bigint }, _signal?: AbortSignal) => {
  return `${to} ${options.count}`;
});

/** Sends what it does not know to be sent. */
const sending = lab({
  work: async () => void (await send("of a command", { count: 0n })),
  measure: {
    async run({ publish, session, signal }) {
      if (session.timeline.get(LabNote, 1) !== undefined) return;
      const sent = await send("anna", { count: 1n }, signal);
      await publish(LabNoteAppended, { number: 1, text: sent });
    },
  },
});

describe("an effect", () => {
  test("is what it is made of, and its calls are expected with their first arguments", async () => {
    expect([send.name, await send("nobody", { count: 2n })]).toEqual(["send", "nobody 2"]);
    const ended = await given(sending)
      .when(LabWork, {})
      .did([send.of("of a command", { count: 0n })])
      .whenStarted(LabMeasure, {}, { id: "r" })
      .published([note("anna 1")])
      .did([send.of("anna")])
      .did([send])
      .repeated([]);
    expect(ended.effects).toMatchObject([{ name: "send", run: "r", attempt: 1 }]);
    const other = given(sending)
      .whenStarted(LabMeasure, {})
      .did([send.of("bert"), send]);
    const { expected, actual } = await failureOf(other);
    expect([expected, actual]).toEqual([
      [{ name: "send", args: ["bert"] }, { name: "send" }],
      [{ name: "send", args: ["anna"] }],
    ]);
  });

  test("of whose end a crash took the record is repeated", async () => {
    await given(sending)
      .whenStarted(LabMeasure, {}, { crash: { before: send } })
      .did([])
      .whenTakenOver()
      .did([send])
      .repeated([]);
    const crashed = () =>
      given(sending)
        .whenStarted(LabMeasure, {}, { crash: { after: send } })
        .did([send])
        .published([])
        .whenTakenOver()
        .did([send]);
    await crashed().repeated([send.of("anna", { count: 1n })]);
    const failure = await failureOf(crashed().repeated([]));
    expect(failure.message).toContain("when taken over: more or less was done twice than expected");
    expect(failure.actual).toEqual([{ name: "send", args: ["anna", { count: "1" }] }]);
    const anywhere = atEachAwait((crash) => given(sending, [], { crash }).whenStarted(LabMeasure, {}).repeated([]));
    await expect(anywhere).rejects.toThrow("its process died after await 1 (effect send)");
  });

  test("that answers at once, or fails, is one as well", async () => {
    const roll = effect("roll", () => 4);
    const fail = effect("fail", async () => {
      throw new Error("no");
    });
    const feature = lab({
      measure: {
        async run({ publish }) {
          const rolled: number = roll();
          await fail().catch(() => {});
          await publish(LabNoteAppended, { number: 1, text: `${rolled}` });
        },
      },
    });
    await given(feature)
      .whenStarted(LabMeasure, {})
      .published([note("4")])
      .did([roll, fail]);
    await given(feature)
      .whenStarted(LabMeasure, {}, { crash: { after: roll } })
      .did([roll]);
    await given(feature)
      .whenStarted(LabMeasure, {}, { crash: { after: fail } })
      .published([])
      .did([roll, fail]);
  });
});

describe("repeated", () => {
  test("tells events, starts and calls that are equal in several attempts, each once", async () => {
    const feature = lab({
      sweep: {},
      measure: {
        async run({ publish, decide, start, attempt }) {
          // Twice in one attempt is no repetition.
          await publish([note("a"), note("a")]);
          await publish(LabNoteAppended, { number: 1, text: `${attempt}` });
          await publish(LabNoteAppended, { number: 1, text: "keyed" }, { key: "k" });
          await decide(() => [set(2, "decided")]);
          await start(LabSweep, { task: "any id" });
          await start(LabSweep, { task: "one id" }, { id: "one" });
          await send("anna", { count: 1n });
        },
      },
    });
    const twice = () =>
      given(feature)
        .whenStarted(LabMeasure, {}, { crash: { before: "end", of: LabMeasure } })
        .repeated([])
        .whenTakenOver();
    const { runs } = await twice()
      .repeated([note("a"), set(2, "decided"), LabSweep.start({ task: "any id" }), send.of("anna")])
      .repeated([LabNoteAppended, set(2, "decided"), LabSweep, send]);
    expect(runs).toHaveLength(4);
    const failure = await failureOf(twice().repeated([note("b")]));
    expect(failure.actual).toEqual([
      { name: "LabNoteAppended", payload: { number: 1, text: "a" } },
      { name: "LabNoteSet", payload: { number: 2, text: "decided" } },
      { name: "LabSweep", payload: { task: "any id" } },
      { name: "send", args: ["anna", { count: "1" }] },
    ]);
    await twice()
      .whenTakenOver()
      .repeated([note("a"), set(2, "decided"), LabSweep, send]);
  });

  test("keeps runs apart", () =>
    given(
      lab({ measure: { run: async ({ publish }) => void (await publish(LabNoteAppended, { number: 1, text: "a" })) } }),
    )
      .whenStarted(LabMeasure, {})
      .whenStarted(LabMeasure, {})
      .published([note("a")])
      .repeated([]));
});
