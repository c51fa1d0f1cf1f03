// The process that kills itself: node rebuild-child.mjs FILE STEP
//
// Rebuilds all sessions of an SQLite file with another projection of the notes: their texts are in upper case. It is killed
// before the STEP-th statement that writes. Writes a line for each session that was folded again, and at the end the number
// of steps.

import { writeSync } from "node:fs";
import { Hub } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { LabNote, labFeature } from "../fixtures/gen/lab/v1/lab_sessionstream.js";
import { killAtStep } from "./kill-at-step.mjs";

const [file, last] = process.argv.slice(2);
const steps = killAtStep(Number(last));

const nothing = () => [];
const events = ["counterAdded", "noteAppended", "noteSet", "noteDeleted", "notesMarked", "trace", "readingTaken"];
const unchanged = Object.fromEntries(events.map((name) => [name, nothing]));
const lab = labFeature({
  handlers: { work: nothing, rest: nothing },
  ui: unchanged,
  timeline: {
    ...unchanged,
    noteSet: ({ payload: { number, text } }) => [LabNote.put({ number, text: text.toUpperCase() })],
    noteDeleted: ({ payload: { number } }) => [LabNote.delete(number)],
  },
});
const feature = { ...lab, desc: { ...lab.desc, timelineVersion: 2 } };

const hub = new Hub({ features: [feature], store: sqliteStore(file) });
steps.begin();
let rebuilt = 0;
await hub.rebuildAll({
  onProgress: (progress) => {
    if (progress.rebuilt > rebuilt) writeSync(1, `${progress.sessionId}\n`);
    rebuilt = progress.rebuilt;
  },
});
writeSync(1, `${steps.count()} steps\n`);
await hub.close();
