// The process that is killed: node child.mjs FILE NUMBER [broken]
//
// Streams events into a few sessions of an SQLite file, for ever, and writes a
// line for each one that was acknowledged: SESSION ORDINAL TAG. With `broken`
// some timeline projections fail; without, what a broken child left is retried.

import { writeSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { Hub } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import {
  LabCounter,
  LabCounterAdded,
  LabNote,
  LabNoteAppended,
  LabNoteDeleted,
  LabNotesMarked,
  LabTold,
  labFeature,
} from "../fixtures/gen/lab/v1/lab_sessionstream.js";

const [file, number, mode] = process.argv.slice(2);
const isBroken = mode === "broken";

const told = ({ name, ordinal }) => [LabTold.of({ event: name, ordinal })];
const unused = () => {
  throw new Error("nobody publishes this");
};

const feature = labFeature({
  handlers: { work: () => {}, rest: () => {} },
  ui: {
    counterAdded: told,
    noteAppended: told,
    noteSet: told,
    noteDeleted: told,
    notesMarked: told,
    trace: told,
    readingTaken: told,
  },
  timeline: {
    counterAdded({ payload: { name, amount } }, view) {
      if (isBroken && amount % 5n === 0n) throw new Error("broken");
      const counter = view.get(LabCounter, name);
      return [LabCounter.put({ name, total: (counter?.total ?? 0n) + amount, times: (counter?.times ?? 0) + 1 })];
    },
    noteAppended({ payload: { number, text } }, view) {
      return [LabNote.put({ number, text: (view.get(LabNote, number)?.text ?? "") + text })];
    },
    noteDeleted: ({ payload: { number, anew } }) => [
      LabNote.delete(number),
      ...(anew ? [LabNote.put({ number, text: "" })] : []),
    ],
    notesMarked({ payload: { numbers, mark } }, view) {
      const notes = view.list(LabNote).filter((note) => numbers.includes(note.number));
      return [
        ...notes.map((note) => LabNote.put({ ...note, text: note.text + mark })),
        LabCounter.put({ name: "marked", total: BigInt(notes.length) }),
      ];
    },
    noteSet: unused,
    trace: unused,
    readingTaken: unused,
  },
});

writeSync(1, "begin\n");
const hub = new Hub({ features: [feature], store: sqliteStore(file), onError: () => {} });
writeSync(1, "open\n");

let tags = Number(number) * 1_000_000;

async function stream(session) {
  for (;;) {
    const burst = 1 + Math.floor(Math.random() * 6);
    await Promise.all(Array.from({ length: burst }, () => publishOne(session)));
    if (Math.random() < 0.1) await setImmediate();
  }
}

async function publishOne(session) {
  const tag = ++tags;
  const text = `${tag};`;
  const about = tag % 7;
  const [event, payload] = [
    [LabCounterAdded, { name: `c${about}`, amount: BigInt(tag) }],
    [LabNoteAppended, { number: about, text }],
    [LabNoteAppended, { number: about, text }],
    [LabNoteDeleted, { number: about, reason: text, anew: about < 2 }],
    [LabNotesMarked, { numbers: [0, 1, 2, 3], mark: text }],
  ][Math.floor(Math.random() * 5)];
  const { ordinal } = await hub.publish(session, event, payload);
  writeSync(1, `${session} ${ordinal} ${tag}\n`);
}

for (const session of ["s0", "s1", "s2"]) {
  if (!isBroken) {
    hub.retry(session).then(
      () => writeSync(1, `retried ${session}\n`),
      // Another process on the same file may have been faster, again and again.
      () => {},
    );
  }
  stream(session).catch((error) => {
    writeSync(2, `${error.stack}\n`);
    process.exit(1);
  });
}
