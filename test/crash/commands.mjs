// The process that is killed: node commands.mjs FILE
//
// Submits the same commands under the same keys, whatever was done of them
// before, and writes a line for each one that is done: done KEY ORDINAL.
// Writes when each handler begins and ends: run KEY TIME, ran KEY TIME. The
// times are in nanoseconds, on the clock that the processes of a machine share.

import { writeSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { Hub, ignore } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { LabNote, LabNoteAppended, LabWork, labFeature } from "../fixtures/gen/lab/v1/lab_sessionstream.js";

const [file] = process.argv.slice(2);

const feature = labFeature({
  handlers: {
    async work({ payload: { task }, publish }) {
      writeSync(1, `run ${task} ${process.hrtime.bigint()}\n`);
      if (Math.random() < 0.5) await setTimeout(Math.random() * 40);
      // Two in one turn, which are done both or not at all, and one that may be missing.
      void publish(LabNoteAppended, { number: 1, text: `${task} a;` });
      await publish(LabNoteAppended, { number: 1, text: `${task} b;` });
      if (Math.random() < 0.5) await setTimeout(Math.random() * 40);
      await publish(LabNoteAppended, { number: 1, text: `${task} c;` });
      writeSync(1, `ran ${task} ${process.hrtime.bigint()}\n`);
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
// Short, so that a process takes over what a killed one was at before it is killed itself.
const lease = 400;
const store = sqliteStore(file, { synchronous: "normal" });
const hub = new Hub({ features: [feature], store, lease, onError: () => {} });
writeSync(1, "open\n");

async function submit(key) {
  const { ordinal } = await hub.submit("s", LabWork, { task: key }, { key });
  writeSync(1, `done ${key} ${ordinal}\n`);
}

/** One after the other; those that wait for a killed process do not keep the others. */
async function stream(first) {
  for (let number = first; ; number += 3) await submit(`k${number}`);
}

for (const first of [0, 1, 2]) void stream(first);
