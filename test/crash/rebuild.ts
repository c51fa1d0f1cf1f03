import { copyFileSync, rmSync } from "node:fs";
import { Hub } from "@sessionstream/runtime";
import { type SqliteStore, sqliteStore } from "@sessionstream/runtime/sqlite";
import { expect } from "vitest";
import { LabNoteDeleted, LabNoteSet } from "../fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../fixtures/lab.js";
import { newFile } from "../fixtures/stores.js";
import { runChild } from "./run-child.js";

const sessions = ["s0", "s1", "s2", "s3"];
/** How many notes each session has in the end. */
const notes = 8;

/** What is stored of a session, but for what is the same before and after. */
interface Found {
  readonly version: number | undefined;
  readonly epoch: string | undefined;
  readonly cursor: bigint | undefined;
  readonly texts: readonly string[];
}

/** Makes a file with sessions that an older program folded. */
export async function makeOld(): Promise<string> {
  const file = newFile();
  const hub = new Hub({ features: [labOf()], store: sqliteStore(file, { synchronous: "normal" }) });
  for (const id of sessions) {
    for (let number = 0; number < notes; number++)
      await hub.publish(id, LabNoteSet, { number, text: `note ${number}` });
    await hub.publish(id, LabNoteSet, { number: 100, text: "deleted" });
    await hub.publish(id, LabNoteDeleted, { number: 100 });
  }
  await hub.close();
  return file;
}

/** Kills a rebuild at a step, checks what it left, and lets another one finish. Returns whether it was killed. */
export async function killRebuild(file: string, step: number): Promise<boolean> {
  const copy = newFile();
  copyFileSync(file, copy);
  const before = await foundIn(copy);
  const done = await rebuild(copy, step);
  const isKilled = done.at(-1)?.endsWith("steps") !== true;
  const left = await foundIn(copy);
  const again = left.flatMap((found, index) => (isAfter(found, before[index]) ? [] : [sessions[index] ?? ""]));
  // What was told to be done is done, and at most one more.
  const told = done.filter((line) => !line.endsWith("steps"));
  for (const id of told) expect(again).not.toContain(id);
  expect(sessions.length - again.length - told.length).toBeLessThanOrEqual(1);
  // The next one does what is left, and nothing else.
  expect((await rebuild(copy, 0)).slice(0, -1)).toEqual(again);
  for (const [index, found] of (await foundIn(copy)).entries()) expect(isAfter(found, before[index])).toBe(true);
  for (const path of [copy, `${copy}-wal`, `${copy}-shm`]) rmSync(path, { force: true });
  return isKilled;
}

/** Whether a session is as after; otherwise it is as before, in all its parts. */
function isAfter(found: Found, before: Found | undefined): boolean {
  if (found.version === 1) {
    expect(found).toEqual(before);
    return false;
  }
  expect(found).toEqual({
    version: 2,
    epoch: expect.any(String),
    cursor: BigInt(notes + 2),
    texts: before?.texts.map((text) => text.toUpperCase()),
  });
  expect(found.epoch).not.toBe(before?.epoch);
  return true;
}

async function foundIn(file: string): Promise<readonly Found[]> {
  const store = sqliteStore(file);
  const found = [];
  for (const id of sessions) found.push(await foundOf(store, id));
  await store.close();
  return found;
}

async function foundOf(store: SqliteStore, id: string): Promise<Found> {
  const stored = await store.load(id);
  const texts = stored?.entities.map(({ payload }) => Buffer.from(payload ?? []).toString("latin1")) ?? [];
  expect(stored?.ordinal).toBe(BigInt(notes + 2));
  return {
    version: stored?.foldedUnder?.Lab?.version,
    epoch: stored?.epoch,
    cursor: stored?.cursor,
    // Of the payload, the text alone has letters.
    texts: texts.map((text) => /[a-z]+ \d+/i.exec(text)?.[0] ?? ""),
  };
}

function rebuild(file: string, step: number): Promise<string[]> {
  return runChild("crash/rebuild-child", [file, String(step)]);
}
