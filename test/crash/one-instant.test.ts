import { spawn } from "node:child_process";
import { setImmediate } from "node:timers/promises";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import type { StoredTimeline } from "@sessionstream/runtime/store";
import { expect, test } from "vitest";
import { fold, plainEntities } from "../fixtures/fold.js";
import { scriptOf } from "../fixtures/script.js";
import { newFile, readAll } from "../fixtures/stores.js";

test("cursor and entities are read at one instant, while another process writes", async () => {
  const file = newFile();
  await sqliteStore(file).close();
  const writer = spawn(process.execPath, [scriptOf("crash/child"), file, "1"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => writer.stdout.once("data", resolve));
  writer.stdout.resume();
  const store = sqliteStore(file, { readonly: true });
  const snapshots: StoredTimeline[] = [];
  let reads = 0;
  for (const deadline = Date.now() + 2_000; Date.now() < deadline; reads++) {
    const loaded = await store.load("s0");
    if (loaded === undefined) continue;
    for (const { lastEventOrdinal } of loaded.entities) expect(lastEventOrdinal).toBeLessThanOrEqual(loaded.cursor);
    if (reads % 50 === 0) snapshots.push(loaded);
    await setImmediate();
  }
  const ended = new Promise((resolve) => writer.once("close", resolve));
  writer.kill("SIGKILL");
  await ended;
  const log = await readAll(store, "s0");
  expect(snapshots.length).toBeGreaterThan(5);
  for (const { cursor, entities } of snapshots.slice(0, 30)) expect(plainEntities(entities)).toEqual(fold(log, cursor));
  await store.close();
});
