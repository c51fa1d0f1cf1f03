// The process that is killed: node commands.mjs FILE
//
// Submits the same commands under the same keys, whatever was done of them
// before, and writes a line for each one that is done: done KEY ORDINAL.

import { writeSync } from "node:fs";
import { Hub, ignore } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { LabNote, LabNoteAppended, LabWork, labFeature } from "../fixtures/gen/lab/v1/lab_sessionstream.js";

const [file] = process.argv.slice(2);

const feature = labFeature({
  handlers: {
    async work({ payload: { task }, publish }) {
      // Two in one turn, which are done both or not at all, and one that may be missing.
      void publish(LabNoteAppended, { number: 1, text: `${task} a;` });
      await publish(LabNoteAppended, { number: 1, text: `${task} b;` });
      await publish(LabNoteAppended, { number: 1, text: `${task} c;` });
    },
    rest: () => {},
  },
  ui: {
    counterAdded: ignore,
    noteAppended: ignore,
    noteSet: ignore,
    noteDeleted: ignore,
    notesMarked: ignore,
    trace: ignore,
    readingTaken: ignore,
  },
  timeline: {
    counterAdded: ignore,
    noteAppended: ({ payload: { number, text } }, view) => [
      LabNote.put({ number, text: (view.get(LabNote, number)?.text ?? "") + text }),
    ],
    noteSet: ignore,
    noteDeleted: ignore,
    notesMarked: ignore,
    trace: ignore,
    readingTaken: ignore,
  },
});

writeSync(1, "begin\n");
const hub = new Hub({ features: [feature], store: sqliteStore(file), onError: () => {} });
writeSync(1, "open\n");

async function submit(key) {
  const { ordinal } = await hub.submit("s", LabWork, { task: key }, { key });
  writeSync(1, `done ${key} ${ordinal}\n`);
}

for (let number = 0; ; number += 3) {
  await Promise.all([0, 1, 2].map((plus) => submit(`k${number + plus}`)));
}
