import { copyFileSync, existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { Hub } from "@sessionstream/runtime";
import { type SqliteStore, sqliteStore } from "@sessionstream/runtime/sqlite";
import { expect } from "vitest";
import { LabNote, LabNoteSet, LabSweep } from "../fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../fixtures/lab.js";
import { openRaw } from "../fixtures/raw-database.js";
import { newFile, wrapStore } from "../fixtures/stores.js";
import { runChild } from "./run-child.js";

/** The events of each session: some are removed in several pieces. */
const events = 120;

/** What a session shows: how many notes, and of which text. Undefined if it is not there. */
type Shown = string | undefined;

/** A database, and an export to import into it. */
export interface Ends {
  readonly file: string;
  readonly exported: string;
}

/** Makes a database with the sessions "deleted", "replaced" and "kept", and an export with "replaced" and "added". */
export async function makeEnds(): Promise<Ends> {
  const [file, other, exported] = [newFile(), newFile(), newFile()];
  await fill(file, ["deleted", "replaced", "kept"], "before");
  await fill(other, ["added", "replaced"], "after");
  const store = sqliteStore(other);
  const hub = new Hub({ features: [labOf()], store });
  const chunks: Uint8Array[] = [];
  for await (const chunk of hub.export()) chunks.push(chunk);
  await hub.close();
  writeFileSync(exported, Buffer.concat(chunks));
  return { file, exported };
}

async function fill(file: string, sessions: readonly string[], text: string): Promise<void> {
  const hub = new Hub({ features: [labOf()], store: sqliteStore(file, { synchronous: "normal" }) });
  for (const id of sessions) {
    for (let at = 0; at < events; at += 40) {
      await hub.publish(
        id,
        Array.from({ length: 40 }, (_, index) => LabNoteSet.of({ number: at + index, text })),
        { key: `k${at}` },
      );
    }
    await hub.start(id, LabSweep, {}, { id: "r" });
  }
  await hub.close();
}

/** Kills the child at a step, and checks what it left. Returns what it had done. */
export async function killAt({ file, exported }: Ends, step: number | "backup"): Promise<string[]> {
  const [copy, backup] = [newFile(), newFile()];
  copyFileSync(file, copy);
  const done = await runChild("crash/ends-child", [copy, exported, backup, String(step)]);
  // Opened twice: what the first does not come to, the second does.
  for (let round = 0; round < 2; round++) {
    const store = sqliteStore(copy);
    await checkSessions(store, done);
    await expect.poll(() => hiddenOf(copy), { timeout: 5000 }).toBeLessThanOrEqual(1);
    await store.close();
  }
  // A session that was being written is taken for abandoned after ten minutes.
  age(copy);
  const store = sqliteStore(copy);
  await store.delete("nothing");
  await expect.poll(() => strangersOf(copy), { timeout: 5000 }).toBeLessThanOrEqual(1);
  await checkSessions(store, done);
  await store.close();
  await checkBackup(backup, done);
  for (const path of [copy, `${copy}-wal`, `${copy}-shm`]) rmSync(path, { force: true });
  return done;
}

async function checkSessions(store: SqliteStore, done: readonly string[]): Promise<void> {
  const hub = new Hub({ features: [labOf()], store: wrapStore(store, { close: async () => {} }) });
  const shown = async (id: string): Promise<Shown> => {
    const notes = (await hub.timeline(id)).list(LabNote);
    if (notes.length === 0) return undefined;
    const { ordinal, runs } = await hub.session(id);
    expect([notes.length, ordinal, runs.length]).toEqual([events, BigInt(events), 1]);
    expect((await store.key({ sessionId: id, space: "s:", key: "k0" }))?.outcome?.firstOrdinal).toBe(1n);
    return new Set(notes.map(({ text }) => text)).size === 1 ? notes[0]?.text : "mixed";
  };
  expect(done.includes("redacted") ? [""] : ["before", ""]).toContain(await shown("kept"));
  expect(done.includes("deleted") ? [undefined] : [undefined, "before"]).toContain(await shown("deleted"));
  expect(done.includes("imported") ? ["after"] : ["before", "after"]).toContain(await shown("replaced"));
  expect(done.includes("imported") ? ["after"] : [undefined, "after"]).toContain(await shown("added"));
  if ((await shown("deleted")) === undefined) {
    expect(await store.key({ sessionId: "deleted", space: "s:", key: "k0" })).toBeUndefined();
    expect(await store.runs("deleted")).toEqual([]);
  }
  await hub.close();
}

/** A backup is whole, or has not its name. */
async function checkBackup(backup: string, done: readonly string[]): Promise<void> {
  if (done.includes("backed up")) expect(existsSync(backup)).toBe(true);
  if (existsSync(backup)) {
    const store = sqliteStore(backup, { readonly: true });
    expect(await store.sessions()).toEqual(["added", "kept", "replaced"]);
    expect(await store.events("added", { limit: 1000 })).toHaveLength(events);
    await store.close();
  }
  for (const name of readdirSync(dirname(backup))) {
    if (name.startsWith(basename(backup))) rmSync(`${dirname(backup)}/${name}`);
  }
}

function query(file: string, sql: string): number {
  const database = openRaw(file, { readonly: true });
  try {
    return Number(database.value(sql));
  } finally {
    database.close();
  }
}

/** The sessions that are hidden and should be removed by now, but for the one with the newest event. */
function hiddenOf(file: string): number {
  return query(file, "SELECT count(*) FROM hidden WHERE touched IS NULL");
}

/** The rows of sessions that nobody finds. */
function strangersOf(file: string): number {
  return query(file, "SELECT count(*) FROM event WHERE session IN (SELECT session FROM hidden)");
}

function age(file: string): void {
  const database = openRaw(file);
  database.exec("UPDATE hidden SET touched = touched - 600001");
  database.close();
}
