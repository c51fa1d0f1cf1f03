// The process that kills itself: node checkpoint-child.mjs FILE STEP
//
// Does the same each time, in an SQLite file: writes checkpoints in parts, one of all and two of what changed, then replaces
// the timeline, whereupon they are removed, and writes another. It is killed before the STEP-th statement that writes: within
// a transaction, or between two. Writes a line for each step that is done.

import { writeSync } from "node:fs";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { killAtStep } from "./kill-at-step.mjs";

const [file, last] = process.argv.slice(2);
const steps = killAtStep(Number(last));

const nothing = { entities: [], errors: [], keys: [], runs: [], descriptors: [], failedAt: undefined, metadata: {} };

function eventAt(ordinal) {
  return { ordinal, name: "Happened", version: 1, type: "x.Happened", payload: new Uint8Array(2), time: 1 };
}

async function* parts(ordinal, ids) {
  for (const id of ids) {
    const payload = new TextEncoder().encode(`at ${ordinal}`);
    yield [{ kind: "Note", id, createdOrdinal: 1n, position: 0, lastEventOrdinal: ordinal, type: "x.Note", payload }];
  }
}

const store = sqliteStore(file);
const events = Array.from({ length: 9 }, (_, index) => eventAt(BigInt(index + 1)));
const first = { ...nothing, id: "1", sessionId: "s", revision: 0, epoch: "first", cursor: 9n, replaceTimeline: false };
await store.commit([{ ...first, events }]);
steps.begin();

async function write(ordinal, after, ids, epoch = "first") {
  const given = { ordinal, epoch, after, isFull: after === 0n };
  const { ordinal: written } = await store.writeCheckpoint("s", given, parts(ordinal, ids));
  writeSync(1, `${epoch} ${written}\n`);
}

await write(2n, 0n, ["a", "b", "c"]);
await write(4n, 2n, ["a"]);
await write(6n, 4n, ["b", "a"]);
const second = { ...first, id: "2", revision: 1, newEpoch: "second", replaceTimeline: true, events: [] };
await store.commit([second]);
writeSync(1, "replaced\n");
await write(3n, 0n, ["d", "e"], "second");
await store.close();
writeSync(1, "closed\n");
