// A process that has runs: node worker.mjs FILE OPTIONS
//
// OPTIONS is JSON: { lease, hours, fate }. For each message { id, … } it does what is asked and answers
// { id, answer } or { id, error }. It tells when the function of a run begins, when its signal is aborted and when it
// returns, with the time on the clock that the processes of a machine share. SIGTERM closes its hub.

import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Hub, ignore } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import {
  LabCounter,
  LabMeasure,
  LabNote,
  LabNoteAppended,
  LabNoteSet,
  LabSweep,
  labFeature,
} from "../../fixtures/gen/lab/v1/lab_sessionstream.js";
import { mortalStore } from "./mortal-store.mjs";

const [file, options] = process.argv.slice(2);
const { lease, hours, ...given } = JSON.parse(options);
let { fate } = given;
const me = crypto.randomUUID().slice(0, 8);
const now = () => Date.now() + hours * 3_600_000;
const clock = () => Number(process.hrtime.bigint() / 1_000n) / 1_000;
const tell = (message) => process.connected && process.send(message);

/** How long this process could not do what was due, and when: it is not the lease that is late then. */
const late = [];
let lastTick = clock();
setInterval(() => {
  const time = clock();
  if (time - lastTick > 60) late.push({ time, late: time - lastTick - 50 });
  if (late.length > 500) late.shift();
  lastTick = time;
}, 50).unref();

function die() {
  appendFileSync(`${file}.deaths`, `${me} ${clock()}\n`);
  process.kill(process.pid, "SIGKILL");
  for (;;);
}

async function work(context) {
  const { id, input, attempt, session, signal } = context;
  const about = { session: session.id, run: id, attempt };
  tell({ begun: about, time: clock(), late });
  signal.addEventListener("abort", () => tell({ over: about, time: clock(), code: signal.reason?.code }));
  try {
    for (const [index, step] of JSON.parse(input.task).entries()) await take(step, index, context);
  } finally {
    tell({ returned: about, time: clock() });
  }
}

async function take(step, index, context) {
  const { id, attempt, publish, decide, start, waitFor, waitForRun, sleepUntil, coalesce } = context;
  const event = (what) => ({ number: 1, text: `${what} ${id} ${attempt} ${me} ${index};` });
  const said = (what = "say") => publish(LabNoteAppended, event(what));
  const isGo = ({ text }) => text === "go";
  switch (step.do) {
    case "say":
      await said();
      return;
    case "key":
      await publish(LabNoteAppended, event("key"), { key: `k${index}` });
      return;
    case "decide":
      await decide(() => [LabNoteAppended.of(event("say"))]);
      return;
    case "burst":
      for (const what of ["one", "two", "say"]) void said(what);
      return;
    case "merge": {
      const write = coalesce(LabNoteAppended, (a, b) => ({ ...a, text: a.text + b.text }), { every: 3, within: 5 });
      for (let count = 0; count < 5; count++) await write({ number: 1, text: "" });
      await write(event("say"));
      return;
    }
    case "work":
      await sleep(step.time);
      await said();
      return;
    case "sleep":
      await sleepUntil(now() + step.time);
      await said();
      return;
    case "wait":
      await waitFor(LabNote, step.note, isGo);
      await said();
      return;
    case "race":
      await Promise.race([waitFor(LabNote, step.note, isGo), sleepUntil(now() + 150)]);
      await said();
      return;
    case "child": {
      const child = await start(
        LabSweep,
        { task: JSON.stringify(step.steps) },
        { id: `${id}.${index}`, detached: step.isDetached },
      );
      await waitForRun(child.id);
      await said();
      return;
    }
    case "fail":
      if (attempt <= step.times) throw new Error("as planned");
  }
}

const ended = (_view, { id, outcome }) => [LabNoteAppended.of({ number: 1, text: `end ${id} ${outcome.status};` })];
const { run, ...feature } = labFeature({
  handlers: { work: ignore, rest: ignore },
  runs: { measure: { run: work, ended }, sweep: { run: work, ended } },
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
    counterAdded: ({ payload: { name } }) => [LabCounter.put({ name })],
    noteAppended: ({ payload: { number, text } }, view) => [
      LabNote.put({ number, text: (view.get(LabNote, number)?.text ?? "") + text }),
    ],
    noteSet: ({ payload: { number, text } }) => [LabNote.put({ number, text })],
    noteDeleted: ignore,
    notesMarked: ignore,
    trace: ignore,
    readingTaken: ignore,
  },
});

const store = mortalStore(sqliteStore(file, { synchronous: "normal" }), { fate: () => fate, die });
const hub = new Hub({
  features: [{ ...feature, run }],
  store,
  lease,
  now,
  onError: ({ step, error }) => tell({ report: `${step}: ${error.message}`, code: error.code }),
});

const names = { LabMeasure, LabSweep };

async function answer({ ask, session, run, name, task, later, note, fate: next }) {
  switch (ask) {
    case "start": {
      const options = { id: run, ...(later !== undefined && { at: now() + later }) };
      return hub.publish(session, [
        LabNoteAppended.of({ number: 1, text: `start ${run};` }),
        names[name].start({ task }, options),
      ]);
    }
    case "go":
      return hub.publish(session, LabNoteSet, { number: note, text: "go" });
    case "cancel":
      return hub.cancelRun(session, run, "no more");
    case "fate":
      fate = next;
      return undefined;
    case "memory":
      return (await hub.session(session)).runs.map(({ id }) => id);
  }
}

process.on("message", ({ id, ...request }) => {
  answer(request).then(
    (answer) => tell({ id, answer }),
    (error) => tell({ id, error: error.message, code: error.code }),
  );
});
process.on("SIGTERM", async () => {
  tell({ closing: true, time: clock() });
  await hub.close();
  process.exit(0);
});
process.on("disconnect", () => process.exit());
tell({ ready: me, time: clock() });
