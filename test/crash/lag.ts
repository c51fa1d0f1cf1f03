import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { toBinary } from "@bufbuild/protobuf";
import { Hub } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { expect } from "vitest";
import { fold, plainEntities } from "../fixtures/fold.js";
import { LabNote, LabTrace } from "../fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../fixtures/lab.js";
import { scriptOf } from "../fixtures/script.js";
import { newFile, readAll } from "../fixtures/stores.js";

/** What was found after the kills. */
export interface Found {
  kills: number;
  /** How often a stored timeline lagged behind its log. */
  behind: number;
}

/**
 * Kills a process before each step of what it writes, of every so many, and checks what it
 * left: what is stored is the fold up to its cursor, with the tail it is the fold of all, and
 * the session goes on.
 */
export async function killAtSteps(first: number, every: number): Promise<Found> {
  const found: Found = { kills: 0, behind: 0 };
  for (let step = first; ; step += every) {
    const file = newFile();
    const child = spawnSync(process.execPath, [scriptOf("crash/lag-child"), file, String(step)], { encoding: "utf8" });
    expect(child.stderr).toBe("");
    if (existsSync(file)) found.behind += await checkFile(file, child.stdout.split("\n").slice(0, -1));
    if (child.signal === null) {
      expect(child.stdout).toContain("closed\n");
      return found;
    }
    expect(child.signal).toBe("SIGKILL");
    found.kills++;
  }
}

async function checkFile(file: string, lines: readonly string[]): Promise<number> {
  let behind = 0;
  const hub = new Hub({ features: [labOf()], store: sqliteStore(file, { synchronous: "normal" }) });
  const store = sqliteStore(file, { readonly: true });
  for (const session of ["s0", "s1"]) {
    const log = await readAll(store, session);
    const acknowledged = lines.filter((line) => line.startsWith(`${session} `)).length;
    // The one that was under way may be there.
    expect([acknowledged, acknowledged + 1]).toContain(log.length);
    const stored = await store.load(session);
    if (stored === undefined) continue;
    expect(plainEntities(stored.entities)).toEqual(fold(log, stored.cursor));
    if (stored.cursor < stored.ordinal) behind++;
    expect(await shown(hub, session)).toEqual(fold(log, stored.ordinal));
    const next = BigInt(log.length + 1);
    expect(await hub.publish(session, LabTrace, {})).toEqual({ ordinal: next });
    // Whoever goes on stores what the one before could not, at once.
    const after = await store.load(session);
    const cursor = stored.cursor < stored.ordinal ? next : stored.cursor;
    expect([after?.cursor, plainEntities(after?.entities ?? [])]).toEqual([cursor, fold(log, next)]);
  }
  await hub.close();
  await store.close();
  return behind;
}

async function shown(hub: Hub, session: string): Promise<string[]> {
  const { entities } = await hub.snapshot(session);
  return plainEntities(
    entities.map(({ payload, ...entity }) => ({
      ...entity,
      type: LabNote.schema.typeName,
      payload: toBinary(LabNote.schema, payload as never),
    })),
  );
}
