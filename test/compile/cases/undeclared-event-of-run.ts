import {
  LabNote,
  LabNoteAppended,
  LabNoteSet,
  type LabRuns,
  LabSweep,
  LabTrace,
} from "../../fixtures/gen/lab/v1/lab_sessionstream.js";

export const measure: LabRuns["measure"] = {
  async run({ publish, decide, coalesce, input }) {
    await publish(LabNoteSet, { number: 1, text: input.task }, { key: "set" });
    await publish([LabNoteSet.of({ number: 2 }), LabSweep.start({})], { key: "both" });
    await decide((view) => view.list(LabNote).map(({ number }) => LabNoteSet.of({ number })));
    const write = coalesce(LabNoteAppended, (a, b) => ({ ...a, text: a.text + b.text }), { every: 10 });
    await write({ number: 1, text: "1" });
    // error: 2769 'DescEvent<"LabTrace"
    await publish(LabTrace, { text: "1" });
    // error: 2322 'EventDraft<DescEvent<"LabTrace"
    await publish([LabNoteSet.of({ number: 2 }), LabTrace.of({ text: "1" })]);
    // error: 2322 'EventDraft<DescEvent<"LabTrace"
    await decide(() => [LabTrace.of({ text: "1" })]);
    // error: 2345 'DescEvent<"LabTrace"
    coalesce(LabTrace, (a) => a);
  },
  // error: 2322 'EventDraft<DescEvent<"LabTrace"
  ended: (_view, { outcome }) => [LabTrace.of({ text: outcome.status })],
};

// It may publish any event.
export const sweep: LabRuns["sweep"] = {
  async run({ publish }) {
    await publish(LabTrace, { text: "1" });
  },
  ended: (_view, { id, input }) => [LabTrace.of({ text: id }), LabSweep.start(input)],
};
