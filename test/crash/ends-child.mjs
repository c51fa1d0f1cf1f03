// The process that kills itself: node ends-child.mjs FILE EXPORT BACKUP STEP
//
// Does the same each time to an SQLite file: deletes the session "deleted", imports the sessions of an export, of which
// "replaced" takes the place of another one, redacts the session "kept", and makes a backup. It is killed before the
// STEP-th statement that writes, or step of the backup; or, where STEP is "backup", at the first step of that. Writes a
// line for each thing that is done.

import { createReadStream, writeSync } from "node:fs";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { importSessions, redactSession } from "@sessionstream/runtime/transfer";
import { killAtStep } from "./kill-at-step.mjs";

const [file, exported, backup, last] = process.argv.slice(2);
const steps = killAtStep(Number(last));
function copied() {
  if (last === "backup") process.kill(process.pid, "SIGKILL");
  steps.next();
}

const store = sqliteStore(file);
steps.begin();
await store.delete("deleted");
writeSync(1, "deleted\n");
await importSessions(store, createReadStream(exported), { replace: true });
writeSync(1, "imported\n");
await redactSession(store, "kept", {
  ordinals: Array.from({ length: 120 }, (_, at) => BigInt(at + 1)),
  fields: ["text"],
});
writeSync(1, "redacted\n");
await store.backup(backup, { onProgress: copied });
writeSync(1, "backed up\n");
await store.close();
writeSync(1, `${steps.count()} steps\n`);
