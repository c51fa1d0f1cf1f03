// A module of an application as `--program` loads it: it exports the features, and does nothing else.

import { LabCounter, LabNote, labFeature } from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";

const none = () => [];
const counter = ({ name, amount }, view) => {
  const before = view.get(LabCounter, name);
  return [LabCounter.put({ name, total: (before?.total ?? 0n) + amount, times: (before?.times ?? 0) + 1 })];
};

export const features = [
  labFeature({
    handlers: { work: none, rest: none },
    runs: { measure: { run: none, ended: none }, sweep: { run: none, ended: none } },
    ui: {
      counterAdded: none,
      noteAppended: none,
      noteSet: none,
      noteDeleted: none,
      notesMarked: none,
      trace: none,
      readingTaken: none,
    },
    timeline: {
      counterAdded: ({ payload }, view) => counter(payload, view),
      noteAppended: none,
      noteSet: ({ payload: { number, text } }) => {
        if (text === "broken") throw new Error("it is broken");
        return [LabNote.put({ number, text })];
      },
      noteDeleted: none,
      notesMarked: none,
      trace: none,
      readingTaken: none,
    },
  }),
];
