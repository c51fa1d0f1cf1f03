import { existsSync } from "node:fs";
import { Hub, type Store } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import type { StoredEvent } from "@sessionstream/runtime/store";
import { expect } from "vitest";
import { fold, plainEntities } from "../fixtures/fold.js";
import { LabTrace } from "../fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../fixtures/lab.js";
import { readAll } from "../fixtures/stores.js";
import { tagOf } from "../laws/hub/tagged.js";
import { momentOf, runAndKill } from "./kill.js";

export interface Campaign {
  readonly file: string;
  readonly kills: number;
  /** How many children stream into the file at once. */
  readonly together: number;
  /** Makes the moments and modes; its seed is in the test's title. */
  readonly random: () => number;
}

/** An event that the child was told is durable. */
interface Acknowledged {
  readonly session: string;
  readonly ordinal: bigint;
  readonly tag: number;
}

/** What a campaign came by, so that a test can tell that it was not idle. */
export interface Harvest {
  events: number;
  acknowledged: number;
  /** Kills before the first event of the child. */
  early: number;
  /** How often a timeline was found behind its log. */
  behind: number;
  retried: number;
}

const sessions = ["s0", "s1", "s2"];

/** Kills children at random moments and checks after each what they left in the file. */
export async function runCampaign({ file, kills, together, random }: Campaign): Promise<Harvest> {
  const harvest: Harvest = { events: 0, acknowledged: 0, early: 0, behind: 0, retried: 0 };
  const before = new Map<string, StoredEvent[]>();
  for (let kill = 0; kill < kills; ) {
    const children = Array.from({ length: Math.min(together, kills - kill) }, () =>
      runAndKill("crash/child", [file, String(++kill), ...(random() < 0.3 ? ["broken"] : [])], momentOf(random)),
    );
    const outputs = (await Promise.all(children)).map(readOutput);
    for (const { acknowledged, retried } of outputs) {
      if (acknowledged.length === 0) harvest.early++;
      if (retried) harvest.retried++;
      harvest.acknowledged += acknowledged.length;
      if (together === 1) goesOn(before, acknowledged);
    }
    const acknowledged = outputs.flatMap((output) => output.acknowledged);
    if (existsSync(file)) {
      harvest.behind += await checkFile(file, acknowledged, before);
    } else {
      expect(acknowledged).toEqual([]);
    }
  }
  harvest.events = [...before.values()].reduce((sum, log) => sum + log.length, 0);
  await checkGoesOn(file, before);
  return harvest;
}

function readOutput(lines: readonly string[]): { acknowledged: Acknowledged[]; retried: boolean } {
  const acknowledged = lines
    .map((line) => line.split(" "))
    .filter(([session]) => session?.match(/^s\d$/))
    .map(([session = "", ordinal = "", tag = ""]) => ({ session, ordinal: BigInt(ordinal), tag: Number(tag) }));
  return { acknowledged, retried: lines.some((line) => line.startsWith("retried")) };
}

/** The first ordinal of a child is the next after what was found in the file. */
function goesOn(before: ReadonlyMap<string, readonly StoredEvent[]>, acknowledged: readonly Acknowledged[]): void {
  for (const session of sessions) {
    const own = acknowledged.filter((each) => each.session === session).map(({ ordinal }) => ordinal);
    const first = BigInt((before.get(session)?.length ?? 0) + 1);
    expect(own).toEqual(own.map((_, index) => first + BigInt(index)));
  }
}

/** Laws 2 and 3, and 1 while we are here. Returns how many timelines are behind their log. */
async function checkFile(
  file: string,
  acknowledged: readonly Acknowledged[],
  before: Map<string, StoredEvent[]>,
): Promise<number> {
  const store = sqliteStore(file);
  try {
    let behind = 0;
    for (const session of sessions) {
      const log = await readAll(store, session);
      expect(log.map(({ ordinal }) => ordinal)).toEqual(log.map((_, index) => BigInt(index + 1)));
      // What was there is there, unchanged.
      const known = before.get(session) ?? [];
      expect(log.slice(0, known.length)).toEqual(known);
      const tags = log.map(tagOf);
      expect(new Set(tags).size).toBe(tags.length);
      for (const { ordinal, tag } of acknowledged.filter((each) => each.session === session)) {
        expect(tags[Number(ordinal) - 1], `${session} at ${ordinal}`).toBe(tag);
      }
      if (await checkTimeline(store, session, log)) behind++;
      before.set(session, log);
    }
    return behind;
  } finally {
    await store.close();
  }
}

async function checkTimeline(store: Store, session: string, log: readonly StoredEvent[]): Promise<boolean> {
  const loaded = await store.load(session);
  if (loaded === undefined) {
    expect(log).toEqual([]);
    return false;
  }
  expect(loaded.ordinal).toBe(BigInt(log.length));
  expect(plainEntities(loaded.entities)).toEqual(fold(log, loaded.cursor));
  if (loaded.cursor === loaded.ordinal) return false;
  if (loaded.failedAt === undefined) return true;
  // What stopped the timeline is on record with it.
  const errors = await store.errors(session);
  expect(errors.map(({ ordinal }) => ordinal)).toContain(loaded.failedAt);
  expect(loaded.failedAt).toBe(loaded.cursor + 1n);
  return true;
}

/** A hub in this process goes on where the last child was killed, and repairs what was broken. */
async function checkGoesOn(file: string, before: ReadonlyMap<string, readonly StoredEvent[]>): Promise<void> {
  const hub = new Hub({ features: [labOf()], store: sqliteStore(file) });
  for (const session of sessions) {
    const next = BigInt((before.get(session)?.length ?? 0) + 1);
    expect(await hub.publish(session, LabTrace, { text: "0" })).toEqual({ ordinal: next });
    expect(await hub.retry(session)).toMatchObject({ ordinal: next, cursor: next });
  }
  await hub.close();
  const store = sqliteStore(file, { readonly: true });
  for (const session of sessions) {
    const loaded = await store.load(session);
    expect(plainEntities(loaded?.entities ?? [])).toEqual(fold(await readAll(store, session), loaded?.cursor ?? 0n));
  }
  await store.close();
}
