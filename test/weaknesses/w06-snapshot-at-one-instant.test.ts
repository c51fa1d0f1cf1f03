import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { expect, test } from "vitest";
import { fold, plainEntities } from "../fixtures/fold.js";
import { newFile } from "../fixtures/stores.js";
import { readAll } from "../laws/check.js";

// Weakness 6: snapshot reads cursor and entities in two queries without a transaction.

test("snapshot reads cursor and entities at one instant, while another process writes", async () => {
  const file = newFile();
  await sqliteStore(file).close();
  const writer = spawn(process.execPath, [fileURLToPath(new URL("../crash/child.mjs", import.meta.url)), file, "1"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => writer.stdout.once("data", resolve));
  writer.stdout.resume();
  const store = sqliteStore(file, { readonly: true });
  const snapshots = [];
  const deadline = Date.now() + 10_000;
  while (snapshots.length < 60 && Date.now() < deadline) {
    const loaded = await store.load("s0");
    if (loaded !== undefined && loaded.cursor > (snapshots.at(-1)?.cursor ?? 0n)) snapshots.push(loaded);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const ended = new Promise((resolve) => writer.once("close", resolve));
  writer.kill("SIGKILL");
  await ended;
  const log = await readAll(store, "s0");
  expect(snapshots.length).toBeGreaterThan(5);
  for (const { cursor, entities } of snapshots) expect(plainEntities(entities)).toEqual(fold(log, cursor));
  await store.close();
});
