// The process that kills itself: node lag-child.mjs FILE STEP
//
// Does the same each time: publishes to two sessions of an SQLite file, of which one at a time stays in memory, so that
// entities are stored with events, after them as a session leaves the memory, and as the hub closes. It is killed
// before the STEP-th statement that writes: within a transaction, before its end, or between two. Writes a line for
// each event that was acknowledged: SESSION ORDINAL.

import { writeSync } from "node:fs";
import { Hub } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { LabNote, LabNoteAppended, LabNoteDeleted, labFeature } from "../fixtures/gen/lab/v1/lab_sessionstream.js";
import { killAtStep } from "./kill-at-step.mjs";

const [file, last] = process.argv.slice(2);
const steps = killAtStep(Number(last));

const nothing = () => [];
const feature = labFeature({
  handlers: { work: () => {}, rest: () => {} },
  ui: {
    counterAdded: nothing,
    noteAppended: nothing,
    noteSet: nothing,
    noteDeleted: nothing,
    notesMarked: nothing,
    trace: nothing,
    readingTaken: nothing,
  },
  timeline: {
    counterAdded: nothing,
    noteAppended: ({ payload: { number, text } }, view) => [
      LabNote.put({ number, text: (view.get(LabNote, number)?.text ?? "") + text }),
    ],
    noteSet: nothing,
    noteDeleted: ({ payload: { number } }) => [LabNote.delete(number)],
    notesMarked: nothing,
    trace: nothing,
    readingTaken: nothing,
  },
});

const hub = new Hub({ features: [feature], store: sqliteStore(file), keepIdle: 0 });
steps.begin();

async function publish(session, event, payload) {
  const { ordinal } = await hub.publish(session, event, payload);
  writeSync(1, `${session} ${ordinal}\n`);
}

for (const session of ["s0", "s0", "s1", "s0"]) {
  await publish(session, LabNoteAppended, { number: 1, text: "a" });
  await publish(session, LabNoteAppended, { number: 2, text: "b" });
  await publish(session, LabNoteDeleted, { number: 1 });
}
// So much that it is stored with its entities, a tombstone among them.
await publish("s0", LabNoteAppended, { number: 3, text: "c".repeat(20_000) });
await publish("s1", LabNoteAppended, { number: 1, text: "d" });
await hub.close();
writeSync(1, "closed\n");
