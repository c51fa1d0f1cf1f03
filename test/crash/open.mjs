// node open.mjs FILE...: opens each file as soon as a line comes in, and closes it.

import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { sqliteStore } from "@sessionstream/runtime/sqlite";

const files = process.argv.slice(2);
writeSync(1, "ready\n");
for await (const _ of createInterface({ input: process.stdin })) {
  for (const file of files) await sqliteStore(file).close();
  break;
}
